import { createPrivateKey, X509Certificate } from 'node:crypto'

export type PemKind = 'certificate' | 'private key'

/**
 * The PEM text that a setting means: the name of a file, the text itself, or its base64, as in Kong.
 * Otherwise what failed, one sentence for each way that was tried. They never repeat the setting: it may be a key.
 */
export function readPem(
  setting: string,
  kind: PemKind,
  readFile: (path: string) => string,
): { readonly pem: string } | { readonly failures: readonly string[] } {
  if (setting.includes('-----BEGIN')) return judge(setting, kind, 'as PEM text')
  const file = attempt(() => readFile(setting))
  if ('result' in file) return judge(file.result, kind, 'the file')
  const decoded = Buffer.from(setting, 'base64').toString('utf8')
  if (decoded.includes('-----BEGIN')) return judge(decoded, kind, 'as base64')
  return {
    failures: [
      `as a file it cannot be read (${file.failure})`,
      'as base64 it does not decode to PEM',
      'as PEM text it has no BEGIN line',
    ],
  }
}

function judge(pem: string, kind: PemKind, where: string): { pem: string } | { failures: string[] } {
  const parse = kind === 'certificate' ? () => new X509Certificate(pem) : () => createPrivateKey(pem)
  return 'result' in attempt<unknown>(parse) ? { pem } : { failures: [`${where} holds no readable ${kind}`] }
}

/** The boundary to file system and OpenSSL: their errors are an operator's to mend, and their texts may quote the input. */
function attempt<T>(act: () => T): { result: T } | { failure: string } {
  try {
    return { result: act() }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    return { failure: typeof code === 'string' ? code : 'unreadable' }
  }
}
