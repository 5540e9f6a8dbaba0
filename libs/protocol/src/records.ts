import type { EncodedChange } from './change.ts'

// A change on the wire: u8 op · u8 kindLen · kind · u16 idLen · id · for an upsert u32 len · canonical bytes. Big-endian.
// Records follow one another without padding; what carries them may cut the stream anywhere.

const UPSERT = 1
const DELETE = 2

/** PostgreSQL cannot hold a larger jsonb either; a length above it is damage, not an entity. */
export const MAX_ENTITY_BYTES = 256 * 1024 * 1024

/** Bytes that are not the encoding of changes. */
export class MalformedRecords extends Error {
  override readonly name = 'MalformedRecords'
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * A change as its header and, for an upsert, its bytes uncopied.
 *
 * @throws RangeError when kind, id or entity is longer than the format can say
 */
export function encodeRecord({ kind, id, bytes }: EncodedChange): Uint8Array[] {
  const kindLength = Buffer.byteLength(kind)
  const idLength = Buffer.byteLength(id)
  if (kindLength === 0 || kindLength > 0xff)
    throw new RangeError(`a kind has 1 to 255 bytes, '${kind}' has ${kindLength}`)
  if (idLength === 0 || idLength > 0xffff)
    throw new RangeError(`an id has 1 to 65535 bytes, this one ${idLength}`)
  if (bytes !== null && bytes.byteLength > MAX_ENTITY_BYTES) {
    throw new RangeError(`${kind} ${id} has ${bytes.byteLength} bytes; ${MAX_ENTITY_BYTES} is the most`)
  }
  const header = Buffer.allocUnsafe(4 + kindLength + idLength + (bytes === null ? 0 : 4))
  let at = header.writeUInt8(bytes === null ? DELETE : UPSERT, 0)
  at = header.writeUInt8(kindLength, at)
  at += header.write(kind, at)
  at = header.writeUInt16BE(idLength, at)
  at += header.write(id, at)
  if (bytes === null) return [header]
  header.writeUInt32BE(bytes.byteLength, at)
  return [header, bytes]
}

/** Bytes that `encodeRecord` gives for a change. */
export function recordSize({ kind, id, bytes }: EncodedChange): number {
  return 4 + Buffer.byteLength(kind) + Buffer.byteLength(id) + (bytes === null ? 0 : 4 + bytes.byteLength)
}

/** Decodes a stream of records that was cut anywhere. The bytes of a decoded change are a view into what was pushed. */
export class RecordDecoder {
  #parts: Uint8Array[] = []
  #length = 0
  /** No record can be complete with fewer bytes than this, so a large one is put together only once. */
  #needed = 1

  /** @throws MalformedRecords */
  push(part: Uint8Array): EncodedChange[] {
    this.#parts.push(part)
    this.#length += part.byteLength
    if (this.#length < this.#needed) return []
    const changes: EncodedChange[] = []
    const buffer = join(this.#parts)
    let at = 0
    while (true) {
      const found = readRecord(buffer, at)
      if (typeof found === 'number') {
        this.#needed = found - at
        break
      }
      changes.push(found.change)
      at = found.end
    }
    this.#parts = at < buffer.length ? [buffer.subarray(at)] : []
    this.#length = buffer.length - at
    return changes
  }

  /** @throws MalformedRecords when the stream ended inside a record */
  end(): void {
    if (this.#length > 0) throw new MalformedRecords(`the last record is cut off after ${this.#length} bytes`)
  }
}

function join(parts: Uint8Array[]): Buffer {
  const [only] = parts
  if (only === undefined || parts.length > 1) return Buffer.concat(parts)
  return Buffer.from(only.buffer, only.byteOffset, only.byteLength)
}

/** The record at `start`, or, if it is not complete, the least length of the buffer with which it could be. */
function readRecord(buffer: Buffer, start: number): { change: EncodedChange; end: number } | number {
  if (buffer.length < start + 2) return start + 2
  const op = buffer.readUInt8(start)
  if (op !== UPSERT && op !== DELETE) throw new MalformedRecords(`no operation ${op}`)
  const kindEnd = start + 2 + buffer.readUInt8(start + 1)
  if (buffer.length < kindEnd + 2) return kindEnd + 2
  const idEnd = kindEnd + 2 + buffer.readUInt16BE(kindEnd)
  if (kindEnd === start + 2 || idEnd === kindEnd + 2) throw new MalformedRecords('a kind or an id is empty')
  const bodyStart = op === UPSERT ? idEnd + 4 : idEnd
  if (buffer.length < bodyStart) return bodyStart
  const bodyLength = op === UPSERT ? buffer.readUInt32BE(idEnd) : 0
  if (bodyLength > MAX_ENTITY_BYTES) throw new MalformedRecords(`an entity of ${bodyLength} bytes`)
  const end = bodyStart + bodyLength
  if (buffer.length < end) return end
  const kind = text(buffer.subarray(start + 2, kindEnd))
  const id = text(buffer.subarray(kindEnd + 2, idEnd))
  return { change: { kind, id, bytes: op === UPSERT ? buffer.subarray(bodyStart, end) : null }, end }
}

function text(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new MalformedRecords('a kind or an id is not UTF-8', { cause })
  }
}
