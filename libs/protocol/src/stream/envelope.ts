import * as wire from '../gen/biplane/sync/v1/sync.ts'
import { fromHex } from '../hash.ts'
import { NOWHERE, type Position } from '../position.ts'
import type { Hello, PluginVersion, Welcome } from '../status.ts'
import type { Answer, Withheld } from '../update.ts'
import type { Violation } from '../violation.ts'
import { fromHealth, toHealth } from './health-envelope.ts'
import type { Begin, Down, NoMessage, Up } from './messages.ts'
import { ProtocolError } from './protocol-error.ts'
import { fromReason, fromReport, toReason, toReport } from './roster-envelope.ts'

// Messages of the stream ↔ bytes. The generated code knows the wire; this file knows what our words mean there.

/** Bytes a follower may send in one message, by its kind: a peer that sends more is broken or hostile. */
const LIMITS: Readonly<Record<Up['kind'] | 'unknown', number>> = {
  hello: 64 * 1024,
  answer: 1024 * 1024,
  heartbeat: 1024,
  report: 16 * 1024 * 1024,
  health: 256 * 1024,
  unknown: 64 * 1024,
}

/** The largest of them, for the transport: what is longer is not even decoded, which would take many times its size. */
export const MAX_UP_BYTES = Math.max(...Object.values(LIMITS))

/** The largest that a node may send, which reports of no others. */
export const MOST_OF_A_NODE = LIMITS.answer

export function encodeUp(up: Up): Buffer {
  return Buffer.from(wire.Up.encode({ message: upToWire(up) }).finish())
}

export function decodeUp(bytes: Uint8Array): Up | NoMessage {
  return decoded(() => {
    const up = upFromWire(wire.Up.decode(bytes).message)
    const kind = up?.kind ?? 'unknown'
    if (bytes.byteLength > LIMITS[kind])
      throw new ProtocolError(`a message (${kind}) of ${bytes.byteLength} bytes`)
    return up
  })
}

export function encodeDown(down: Down): Buffer {
  return Buffer.from(wire.Down.encode({ message: downToWire(down) }).finish())
}

export function decodeDown(bytes: Uint8Array): Down | NoMessage {
  return decoded(() => downFromWire(wire.Down.decode(bytes).message))
}

function decoded<T>(decode: () => T | undefined): T | NoMessage {
  try {
    return decode() ?? { kind: 'unknown' }
  } catch (error) {
    return { kind: 'malformed', reason: error instanceof Error ? error.message : String(error) }
  }
}

function upToWire(up: Up): wire.Up['message'] {
  switch (up.kind) {
    case 'hello':
      return {
        $case: 'hello',
        value: helloToWire(up.hello),
      }
    case 'answer':
      return answerToWire(up.answer)
    case 'heartbeat':
      return { $case: 'heartbeat', value: { position: up.position } }
    case 'report':
      return { $case: 'report', value: toReport(up.report) }
    case 'health':
      return { $case: 'health', value: toHealth(up.health) }
  }
}

function helloToWire({ plugins, labels, kinds = [], ...rest }: Hello): wire.Hello {
  return { ...rest, plugins: [...plugins], labels: { ...labels }, kinds: [...kinds] }
}

function upFromWire(message: wire.Up['message']): Up | undefined {
  switch (message?.$case) {
    case undefined:
      return undefined
    case 'hello': {
      const { position, plugins, kinds, ...rest } = message.value
      if (rest.nodeId === '') throw new ProtocolError('a Hello without a node id')
      const told = { ...rest, ...(kinds.length > 0 && { kinds }) }
      const hello = { ...told, plugins: plugins.map(fromPlugin), position: fromPosition(position) }
      return { kind: 'hello', hello }
    }
    case 'applied': {
      const { position, tookMs } = message.value
      return { kind: 'answer', answer: { kind: 'applied', position: fromPosition(position), tookMs } }
    }
    case 'rejected':
      return { kind: 'answer', answer: rejectedFromWire(message.value) }
    case 'heartbeat':
      return { kind: 'heartbeat', position: fromPosition(message.value.position) }
    case 'report':
      return { kind: 'report', report: fromReport(message.value) }
    case 'health':
      return { kind: 'health', health: fromHealth(message.value) }
  }
}

/** Who named more, or longer ones, is not of this release: its first ones do. */
function rejectedFromWire({ revision, retryable, errors }: wire.Rejected): Answer {
  return { kind: 'rejected', revision, retryable, errors: errors.slice(0, MOST_ERRORS).map(shortened) }
}

function answerToWire(answer: Answer): wire.Up['message'] {
  if (answer.kind === 'applied') {
    return {
      $case: 'applied',
      value: { position: answer.position, tookMs: Math.max(0, Math.round(answer.tookMs)) },
    }
  }
  const { revision, retryable, errors } = answer
  return {
    $case: 'rejected',
    value: { revision, retryable, errors: errors.slice(0, MOST_ERRORS).map(shortened) },
  }
}

/** So that an answer fits its limit whatever is wrong: one that does not would end the link, and be given again on the next. */
const MOST_ERRORS = 50
const MOST_CHARACTERS = 1000

function shortened({ kind, id, field, message }: Violation): Violation {
  const cut = (text: string) => text.slice(0, MOST_CHARACTERS)
  return { kind: cut(kind), id: cut(id), field: cut(field), message: cut(message) }
}

function downToWire(down: Down): wire.Down['message'] {
  switch (down.kind) {
    case 'welcome':
      return { $case: 'welcome', value: welcomeToWire(down.welcome) }
    case 'begin':
      return { $case: 'begin', value: beginToWire(down.begin) }
    case 'chunk':
      return { $case: 'chunk', value: { data: down.data } }
    case 'end':
      return { $case: 'end', value: {} }
    case 'withheld':
      return { $case: 'withheld', value: { to: down.withheld.to, reason: toReason(down.withheld.reason) } }
    case 'leave':
      return { $case: 'leave', value: { reason: down.reason } }
  }
}

function welcomeToWire({ plugins, path = [], ...rest }: Welcome): wire.Welcome {
  return { ...rest, plugins: [...plugins], path: [...path] }
}

function downFromWire(message: wire.Down['message']): Down | undefined {
  switch (message?.$case) {
    case undefined:
      return undefined
    case 'welcome': {
      const { plugins, path, ...rest } = message.value
      const welcome = { ...rest, plugins: plugins.map(fromPlugin), ...(path.length > 0 && { path }) }
      return { kind: 'welcome', welcome }
    }
    case 'begin':
      return { kind: 'begin', begin: beginFromWire(message.value) }
    case 'chunk':
      return { kind: 'chunk', data: message.value.data }
    case 'end':
      return { kind: 'end' }
    case 'withheld': {
      const { to, reason } = message.value
      const withheld: Withheld = { kind: 'withheld', to: fromPosition(to), reason: fromReason(reason) }
      return { kind: 'withheld', withheld }
    }
    case 'leave':
      return { kind: 'leave', reason: message.value.reason }
  }
}

const ENCODINGS = {
  identity: wire.Encoding.ENCODING_IDENTITY,
  zstd: wire.Encoding.ENCODING_ZSTD,
} as const satisfies Record<Begin['encoding'], wire.Encoding>

function beginToWire({ from, to, encoding, size }: Begin): wire.Begin {
  return { from: from ?? undefined, to, encoding: ENCODINGS[encoding], bytes: size }
}

function beginFromWire({ from, to, encoding, bytes }: wire.Begin): Begin {
  const known = (['identity', 'zstd'] as const).find((name) => ENCODINGS[name] === encoding)
  if (known === undefined)
    throw new ProtocolError(`an update in encoding ${encoding}, which this release cannot read`)
  return {
    from: from === undefined ? null : fromPosition(from),
    to: fromPosition(to),
    encoding: known,
    size: bytes,
  }
}

function fromPosition(position: wire.Position | undefined): Position {
  if (position === undefined) return NOWHERE
  fromHex(position.hash) // throws when it is no hash
  return position
}

function fromPlugin({ name, version }: wire.PluginVersion): PluginVersion {
  return version === undefined ? { name } : { name, version }
}
