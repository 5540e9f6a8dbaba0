import type { ActiveChecks } from './checks.ts'

/** What a probe of types grpc and grpcs calls: the protocol by which servers of gRPC tell how they are. */
export const CHECK_PATH = '/grpc.health.v1.Health/Check'

/** The message of the call. It asks for the service that the path of the checks names, and for the whole server where that is `/`. */
export function checkMessage({ path }: Pick<ActiveChecks, 'path'>): Buffer {
  const service = Buffer.from(path.replace(/^\//, ''))
  const fields =
    service.byteLength === 0 ? [] : [Buffer.from([SERVICE_FIELD, ...varint(service.byteLength)]), service]
  const message = Buffer.concat(fields)
  const frame = Buffer.alloc(FRAME_BYTES)
  frame.writeUInt32BE(message.byteLength, 1)
  return Buffer.concat([frame, message])
}

/** How such a call ended. */
export interface CheckAnswer {
  /** Of HTTP. */
  readonly status: number
  /** Of gRPC; undefined where there was none. */
  readonly code: number | undefined
  /** The message as it came. */
  readonly message: Buffer
}

/**
 * The status of HTTP that says the same, for which the lists of healthy and unhealthy statuses are made: 200 for a server
 * that serves, 503 for one that does not, and else what its code of gRPC stands for; 0 for what is no answer.
 */
export function checkStatus({ status, code, message }: CheckAnswer): number {
  if (status !== 200) return status
  if (code === undefined) return 0
  if (code !== 0) return STATUSES.get(code) ?? 500
  return servingStatus(message) === SERVING ? 200 : 503
}

const FRAME_BYTES = 5
/** Field 1, a text; in the answer field 1 is a number. */
const SERVICE_FIELD = 0x0a
const STATUS_FIELD = 0x08
const SERVING = 1

/** As gateways translate them. */
const STATUSES: ReadonlyMap<number, number> = new Map([
  [1, 499],
  [3, 400],
  [4, 504],
  [5, 404],
  [7, 403],
  [8, 429],
  [12, 501],
  [14, 503],
  [16, 401],
])

/** Others may add fields to the message one day; the first of them stays. Without it the status is not known. */
function servingStatus(message: Buffer): number {
  return message[FRAME_BYTES] === STATUS_FIELD ? (message[FRAME_BYTES + 1] ?? 0) : 0
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}
