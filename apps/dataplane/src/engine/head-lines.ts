import type { ResponseHead } from './engine.ts'
import { isSameName, placeOf } from './field-names.ts'

/** How the body of an answer goes to its client. */
export interface AnswerFraming {
  readonly keepsConnection: boolean
  /** Whether it goes in pieces, which is what trailers need. */
  readonly inPieces: boolean
}

/** The headers of an answer as node:http takes them, which makes more of two of them than it should. */
export function headLines({ headers }: ResponseHead, { keepsConnection, inPieces }: AnswerFraming): string[] {
  const lines: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    const value = headers[i + 1] ?? ''
    // It refuses to promise trailers that cannot be sent.
    if (!inPieces && isSameName(name, 'trailer')) continue
    // It keeps the connection whenever there is such a header that does not say otherwise.
    lines.push(name, !keepsConnection && isSameName(name, 'connection') ? `${value}, close` : value)
  }
  return lines
}

export function promises({ headers }: ResponseHead, wanted: string): boolean {
  return placeOf(headers, wanted) !== -1
}
