/** The form of gRPC, which all conversations on bytes have here: a flag, four bytes of length, the message. */
export function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(HEAD)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

const HEAD = 5

/** Takes bytes as they come, and gives the messages that are whole. */
export class Frames {
  #left: Buffer = Buffer.alloc(0)

  /** Whether it ended with a whole message. */
  get isWhole(): boolean {
    return this.#left.length === 0
  }

  take(bytes: Buffer): readonly Buffer[] {
    const messages: Buffer[] = []
    let left = this.#left.length === 0 ? bytes : Buffer.concat([this.#left, bytes])
    while (left.length >= HEAD && left.length >= HEAD + left.readUInt32BE(1)) {
      const end = HEAD + left.readUInt32BE(1)
      messages.push(left.subarray(HEAD, end))
      left = left.subarray(end)
    }
    this.#left = left
    return messages
  }
}
