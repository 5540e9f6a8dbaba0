import { fromBytes } from './byte-text.ts'

/**
 * The pairs of an urlencoded form, each as it is written, one character a byte, with the name that it has. URLSearchParams
 * takes seconds for the longest that clients may send.
 */
export function* formPairs(bytes: Uint8Array): Generator<readonly [name: string, written: string]> {
  const text = Buffer.from(bytes).toString('latin1')
  for (let from = 0; from < text.length; ) {
    const and = text.indexOf('&', from)
    const to = and === -1 ? text.length : and
    if (to > from) {
      const written = text.slice(from, to)
      const equals = written.indexOf('=')
      yield [decoded(equals === -1 ? written : written.slice(0, equals)), written]
    }
    from = to + 1
  }
}

/** The value of a pair; '' where it has none. */
export function valueIn(written: string): string {
  const equals = written.indexOf('=')
  return equals === -1 ? '' : decoded(written.slice(equals + 1))
}

/** As URLSearchParams does it: what is no escape is text, and what is no UTF-8 is replaced. */
function decoded(text: string): string {
  if (!/[%+\x80-\xff]/.test(text)) return text
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%[\da-f]{2}/gi, (coded) => String.fromCharCode(Number.parseInt(coded.slice(1), 16)))
  return fromBytes(bytes)
}
