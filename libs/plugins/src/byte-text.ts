// What travels in heads is bytes, held as texts of one character a byte; what people configure is text.

/** The bytes of a text in UTF-8. */
export function toBytes(text: string): string {
  return isAscii(text) ? text : Buffer.from(text).toString('latin1')
}

/** The text that some bytes are in UTF-8. */
export function fromBytes(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString()
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text)
}
