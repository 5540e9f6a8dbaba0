import { type PemKind, readPem } from '../tls/read-pem.ts'
import type { Form } from './form.ts'

/** The value is PEM text, however the setting gave it; a chain keeps its order. */
export const certificate = pem('certificate')

export const privateKey = pem('private key')

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
