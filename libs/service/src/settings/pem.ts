import { type PemKind, readPem } from '../tls/read-pem.ts'
import type { Form } from './form.ts'

/** The value is PEM text, however the setting gave it; a chain keeps its order. */
export const certificate = pem('certificate')

export const privateKey = pem('private key')

/** Several, or none: a listener may have one for each sort of key. */
export const certificates = severalOf(certificate)

export const privateKeys = severalOf(privateKey)

/** Whom one trusts; the word `system` stands for the authorities that this machine trusts. */
export const trusted: Form<readonly string[]> = severalOf({
  expects: `system, for the authorities that this machine trusts, or ${certificate.expects}`,
  parse: (text, reading) => (text === 'system' ? { value: text } : certificate.parse(text, reading)),
})

function pem(kind: PemKind): Form<string> {
  return {
    expects: `a ${kind}: the path of a PEM file, PEM text, or base64 of PEM`,
    parse(text, { readFile }) {
      const read = readPem(text, kind, readFile)
      if ('pem' in read) return { value: read.pem }
      return {
        wrong: `give a ${kind} as the path of a PEM file, PEM text or base64 of PEM: ${read.failures.join('; ')}`,
      }
    },
  }
}

function severalOf(form: Form<string>): Form<readonly string[]> {
  return {
    expects: `${form.expects}; or several, separated by commas`,
    empty: true,
    parse(text, reading) {
      const values: string[] = []
      for (const word of separate(text)) {
        const parsed = form.parse(word, reading)
        if ('wrong' in parsed) return parsed
        values.push(parsed.value)
      }
      return { value: values }
    },
  }
}

/** The text around PEM, such as the subject that a tool wrote above it, may hold commas. */
function separate(text: string): string[] {
  const words = text.includes('-----BEGIN')
    ? text.split(/(?<=-----\s*),|,(?=\s*-----BEGIN)/)
    : text.split(',')
  return words.map((word) => word.trim()).filter((word) => word !== '')
}
