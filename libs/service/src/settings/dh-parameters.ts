import type { Form } from './form.ts'

const NAMES = ['ffdhe2048', 'ffdhe3072', 'ffdhe4096', 'ffdhe6144', 'ffdhe8192']

/** PEM, or `auto` for those that a name leaves to OpenSSL. */
export const dhParameters: Form<string> = {
  expects: `one of ${NAMES.join(', ')}, or the path of a PEM file of parameters of at least 1024 bits`,
  parse(text, { readFile }) {
    if (NAMES.includes(text)) return { value: 'auto' }
    const pem = text.includes('-----BEGIN') ? text : fileAt(text, readFile)
    return isLongEnough(pem) ? { value: pem } : { wrong: `use ${this.expects}` }
  },
}

function fileAt(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path)
  } catch {
    // The boundary to the file system: whatever is wrong, an operator has to mend it.
    return ''
  }
}

/** OpenSSL passes over what it cannot read, and says nothing: a sequence of the prime and the generator it has to be. */
function isLongEnough(pem: string): boolean {
  const [, base64 = ''] = /-----BEGIN DH PARAMETERS-----([\s\S]+)-----END DH PARAMETERS-----/.exec(pem) ?? []
  const der = Buffer.from(base64, 'base64')
  return der[0] === SEQUENCE && der.byteLength > SHORTEST_PRIME
}

const SEQUENCE = 0x30
const SHORTEST_PRIME = 128
