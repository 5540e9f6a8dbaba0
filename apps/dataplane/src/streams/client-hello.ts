/** What a client begins with at an address of TLS. */
export type ClientHello =
  | { readonly kind: 'hello'; readonly serverName: string | undefined }
  /** More has to come. */
  | { readonly kind: 'part' }
  /** It is no ClientHello, or one that is too long to wait for. */
  | { readonly kind: 'none' }

const PART: ClientHello = { kind: 'part' }
const NONE: ClientHello = { kind: 'none' }

/** As much as nginx reads ahead of a stream. The longest that clients send, with keys of several kinds, have some 2 KiB. */
export const LONGEST_HELLO = 16 * 1024

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_NAME = 0
const RECORD_HEAD = 5
const MESSAGE_HEAD = 4
/** RFC 8446, section 5.1. */
const LONGEST_RECORD = 2 ** 14

/**
 * Reads the server name of a TLS ClientHello, however it is cut into records.
 *
 * @param bytes what a connection has brought so far
 */
export function readClientHello(bytes: Buffer): ClientHello {
  const message = firstMessage(bytes.subarray(0, LONGEST_HELLO))
  if (message instanceof Uint8Array) return { kind: 'hello', serverName: serverNameIn(message) }
  return message.kind === 'part' && bytes.byteLength >= LONGEST_HELLO ? NONE : message
}

/** The body of the first message, gathered from the records that it lies in. */
function firstMessage(bytes: Buffer): Buffer | ClientHello {
  const pieces: Buffer[] = []
  let head: Buffer = Buffer.alloc(0)
  let gathered = 0
  for (let at = 0; ; ) {
    const [type = HANDSHAKE, major = 3] = bytes.subarray(at)
    if (type !== HANDSHAKE || major !== 3) return NONE
    if (at + RECORD_HEAD > bytes.byteLength) return PART
    const length = bytes.readUInt16BE(at + 3)
    if (length === 0 || length > LONGEST_RECORD) return NONE
    at += RECORD_HEAD
    const piece = bytes.subarray(at, at + length)
    at += length
    pieces.push(piece)
    gathered += piece.byteLength
    if (head.byteLength < MESSAGE_HEAD)
      head = Buffer.concat([head, piece.subarray(0, MESSAGE_HEAD - head.byteLength)])
    const [message = CLIENT_HELLO] = head
    if (message !== CLIENT_HELLO) return NONE
    if (head.byteLength === MESSAGE_HEAD) {
      const end = MESSAGE_HEAD + head.readUIntBE(1, 3)
      if (end > LONGEST_HELLO) return NONE
      if (gathered >= end) return Buffer.concat(pieces).subarray(MESSAGE_HEAD, end)
    }
    if (at > bytes.byteLength) return PART
  }
}

/** RFC 8446, section 4.1.2, and RFC 6066, section 3. Undefined where there is none, or what should hold it is broken. */
function serverNameIn(message: Buffer): string | undefined {
  const hello = new Fields(message)
  hello.skip(2 + 32)
  // The session to take up again, ciphers, and ways to compress.
  for (const sizeBytes of [1, 2, 1]) hello.sized(sizeBytes)
  const extensions = new Fields(hello.sized(2))
  while (extensions.left > 0) {
    const type = extensions.number(2)
    const extension = extensions.sized(2)
    if (type !== SERVER_NAME) continue
    const names = new Fields(new Fields(extension).sized(2))
    // Of all kinds of names only this one was ever defined.
    const isHost = names.number(1) === 0
    const name = names.sized(2)
    return isHost && name.byteLength > 0 ? name.toString('latin1') : undefined
  }
  return undefined
}

/** Takes fields from the front. What is broken has nothing more: whoever asks on gets zeros and nothing. */
class Fields {
  #rest: Buffer

  constructor(bytes: Buffer) {
    this.#rest = bytes
  }

  get left(): number {
    return this.#rest.byteLength
  }

  skip(bytes: number): void {
    this.#take(bytes)
  }

  number(bytes: number): number {
    const field = this.#take(bytes)
    return field.byteLength === 0 ? 0 : field.readUIntBE(0, bytes)
  }

  /** One that begins with its size, in so many bytes. */
  sized(sizeBytes: number): Buffer {
    return this.#take(this.number(sizeBytes))
  }

  #take(bytes: number): Buffer {
    const isThere = bytes <= this.#rest.byteLength
    const field = this.#rest.subarray(0, isThere ? bytes : 0)
    this.#rest = this.#rest.subarray(isThere ? bytes : this.#rest.byteLength)
    return field
  }
}
