import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as wire from '../gen/biplane/sync/v1/sync.ts'
import { TARGET_STATES } from '../health.ts'
import type { Position } from '../position.ts'
import type { Hello, HubReport, NodeReport, NodeState, PluginVersion } from '../status.ts'
import type { WithheldReason } from '../update.ts'
import type { Violation } from '../violation.ts'
import { decodeDown, decodeUp, encodeDown, encodeUp } from './envelope.ts'
import type { Down, NoMessage, Up } from './messages.ts'

const text = fc.string({ maxLength: 20 })
const count = fc.maxSafeNat()
const took = fc.nat()
const hash = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 })
const position: fc.Arbitrary<Position> = fc.record({ epoch: text, revision: count, hash })
const plugin: fc.Arbitrary<PluginVersion> = fc.record(
  { name: text, version: text },
  { requiredKeys: ['name'] },
)
const labels = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  text,
)
const violation: fc.Arbitrary<Violation> = fc.record({ kind: text, id: text, field: text, message: text })
const reason: fc.Arbitrary<WithheldReason> = fc.record(
  {
    kind: fc.constantFrom('kong_version_incompatible', 'plugin_set_incompatible', 'source_empty'),
    message: text,
    subject: text,
  },
  { requiredKeys: ['kind', 'message'] },
)
const hello: fc.Arbitrary<Hello> = fc.record(
  {
    nodeId: fc.uuid(),
    instance: text,
    session: count,
    hostname: text,
    version: text,
    plugins: fc.array(plugin),
    labels,
    position,
    relay: fc.boolean(),
    kinds: fc.array(text, { minLength: 1 }),
  },
  {
    requiredKeys: [
      ...(['nodeId', 'instance', 'session', 'hostname', 'version', 'plugins'] as const),
      ...(['labels', 'position', 'relay'] as const),
    ],
  },
)
const rejection = { revision: count, retryable: fc.boolean(), errors: fc.array(violation) }
const state: fc.Arbitrary<NodeState> = fc.oneof(
  fc.constantFrom('in_sync', 'behind', 'offline').map((kind) => ({ kind })),
  fc.record({ kind: fc.constant('rejected' as const), ...rejection }),
  fc.record({ kind: fc.constant('withheld' as const), reason }),
)
const node: fc.Arbitrary<NodeReport> = fc.record({
  nodeId: text,
  instance: text,
  session: count,
  hostname: text,
  ip: text,
  version: text,
  labels,
  syncStatus: fc.constantFrom('unknown', 'normal', 'filter_set_incompatible'),
  state,
  applied: position,
  desired: position,
  appliedAt: fc.option(count),
  applyTookMs: fc.option(took),
  connectedAt: count,
  certificateExpiresAt: fc.option(count),
  duplicateOf: fc.option(fc.uuid()),
  quarantined: fc.array(fc.record({ kind: text, id: text, message: text })),
  reductions: fc.array(
    fc.record({
      on: text,
      effect: text,
      since: text,
      severity: fc.constantFrom('notice', 'security'),
      entities: count,
      ids: fc.array(text, { maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
  understanding: fc.option(
    fc.record({
      before: fc.option(text),
      lacks: fc.array(reason, { maxLength: 2 }),
      refusesInsecure: fc.boolean(),
    }),
  ),
})
const hub: fc.Arbitrary<HubReport> = fc.record({
  hubId: fc.uuid(),
  session: count,
  hostname: text,
  ip: text,
  version: text,
  connectedAt: count,
  applied: position,
  parentId: fc.uuid(),
  draining: fc.boolean(),
  gone: fc.boolean(),
})
const watermark = fc.record({
  epoch: text,
  revision: count,
  below: fc.array(fc.record({ nodeId: text, revision: count }), { maxLength: 3 }),
})
const shortText = fc.string({ maxLength: 64 })
const health = fc.record({
  incomplete: fc.boolean(),
  upstreams: fc.array(
    fc.record({
      id: shortText,
      usable: fc.boolean(),
      weight: count,
      availableWeight: count,
      targets: fc.array(
        fc.record({
          id: shortText,
          health: fc.constantFrom(...TARGET_STATES),
          dns: shortText,
          addresses: fc.array(
            fc.record({
              ip: shortText,
              port: took,
              weight: took,
              unhealthySince: fc.option(count),
            }),
            { maxLength: 2 },
          ),
        }),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 2 },
  ),
})
const nodeHealth = fc.record({
  nodeId: fc.uuid(),
  instance: text,
  session: count,
  toldAt: count,
  health,
})
const up: fc.Arbitrary<Up> = fc.oneof(
  hello.map((value) => ({ kind: 'hello' as const, hello: value })),
  fc
    .record({ kind: fc.constant('applied' as const), position, tookMs: took })
    .map((answer) => ({ kind: 'answer' as const, answer })),
  fc
    .record({ kind: fc.constant('rejected' as const), ...rejection })
    .map((answer) => ({ kind: 'answer' as const, answer })),
  position.map((value) => ({ kind: 'heartbeat' as const, position: value })),
  fc
    .record(
      {
        complete: fc.boolean(),
        nodes: fc.array(node, { maxLength: 5 }),
        watermark,
        hub,
        draining: fc.constant(true),
        health: fc.array(nodeHealth, { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: ['complete', 'nodes'] },
    )
    .map((report) => ({ kind: 'report' as const, report })),
  health.map((value) => ({ kind: 'health' as const, health: value })),
)
const down: fc.Arbitrary<Down> = fc.oneof(
  fc
    .record(
      {
        sourceId: text,
        version: text,
        plugins: fc.array(plugin),
        path: fc.array(fc.uuid(), { minLength: 1 }),
      },
      { requiredKeys: ['sourceId', 'version', 'plugins'] },
    )
    .map((welcome) => ({ kind: 'welcome' as const, welcome })),
  fc
    .record({
      from: fc.option(position),
      to: position,
      encoding: fc.constantFrom('identity', 'zstd'),
      size: count,
    })
    .map((begin) => ({ kind: 'begin' as const, begin })),
  fc.uint8Array().map((data) => ({ kind: 'chunk' as const, data })),
  fc.constant({ kind: 'end' as const }),
  text.map((reason) => ({ kind: 'leave' as const, reason })),
  fc
    .record({ kind: fc.constant('withheld' as const), to: position, reason })
    .map((withheld) => ({ kind: 'withheld' as const, withheld })),
)

/** Without what differs only in memory: prototypes of objects, views of bytes. */
function plain(message: Up | Down | NoMessage): unknown {
  const comparable = message.kind === 'chunk' ? { ...message, data: [...message.data] } : message
  return JSON.parse(JSON.stringify(comparable))
}

describe('the envelope', () => {
  it('brings back whatever a follower says', () => {
    fc.assert(
      fc.property(up, (message) => {
        expect(plain(decodeUp(encodeUp(message)))).toEqual(plain(message))
      }),
    )
  })

  it('brings back whatever a source says', () => {
    fc.assert(
      fc.property(down, (message) => {
        expect(plain(decodeDown(encodeDown(message)))).toEqual(plain(message))
      }),
    )
  })

  it('never throws on bytes from outside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(typeof decodeUp(bytes).kind).toBe('string')
        expect(typeof decodeDown(bytes).kind).toBe('string')
      }),
    )
  })

  it('passes over a message that a newer release may know', () => {
    const ofLater = Buffer.from([(15 << 3) | 2, 0])
    expect(decodeUp(ofLater)).toEqual({ kind: 'unknown' })
    expect(decodeDown(ofLater)).toEqual({ kind: 'unknown' })
  })

  it('reads a reason of a newer release as a version that does not fit', () => {
    const withheld = {
      to: undefined,
      reason: { kind: 'moon_incompatible', message: 'm', subject: undefined },
    }
    const bytes = wire.Down.encode({ message: { $case: 'withheld', value: withheld } }).finish()
    expect(decodeDown(bytes)).toMatchObject({ withheld: { reason: { kind: 'kong_version_incompatible' } } })
  })

  it.each<[string, wire.Up['message']]>([
    [
      'a hash that is none',
      { $case: 'heartbeat', value: { position: { epoch: '', revision: 1, hash: 'x' } } },
    ],
    ['a state that is missing', { $case: 'report', value: { ...aWireReport, nodes: [aWireNode()] } }],
    ['a hub that has no id', { $case: 'report', value: { ...aWireReport, hub: { ...aWireHub, hubId: '' } } }],
  ])('calls a message with %s malformed', (_what, message) => {
    expect(decodeUp(wire.Up.encode({ message }).finish())).toMatchObject({ kind: 'malformed' })
  })

  it('shortens an answer that says more than one may', () => {
    const text = '\u6f22'.repeat(100_000)
    const errors = Array.from({ length: 200 }, () => ({ kind: text, id: text, field: text, message: text }))
    const answer = { kind: 'rejected', revision: 1, retryable: false, errors } as const
    const read = decodeUp(encodeUp({ kind: 'answer', answer }))
    expect(read).toMatchObject({ kind: 'answer', answer: { revision: 1, errors: { length: 50 } } })
  })

  it('reads no more of an answer than one of ours says', () => {
    const errors = Array.from({ length: 2000 }, () => ({
      kind: 'k',
      id: 'i',
      field: 'f',
      message: 'x'.repeat(100),
    }))
    const rejected = { $case: 'rejected' as const, value: { revision: 1, retryable: false, errors } }
    const read = decodeUp(wire.Up.encode({ message: rejected }).finish())
    expect(read).toMatchObject({ kind: 'answer', answer: { revision: 1, errors: { length: 50 } } })
  })

  it('calls a message malformed that is larger than its kind may be', () => {
    const [sample] = fc.sample(hello, 1)
    const large = { ...sample, nodeId: 'n', hostname: 'h'.repeat(65_536) } as Hello // sample gives one
    expect(decodeUp(encodeUp({ kind: 'hello', hello: large }))).toMatchObject({ kind: 'malformed' })
  })
})

const aWireHub: wire.HubBelow = {
  ...{ hubId: 'h', session: 1, hostname: 'host', ip: '', version: '', connectedAt: 0, parentId: 'p' },
  ...{ applied: undefined, draining: false, gone: false },
}
const aWireReport: wire.Report = {
  ...{ complete: true, nodes: [], watermark: undefined, hub: undefined, draining: false },
  health: [],
}

function aWireNode(): wire.NodeReport {
  const nothing = {
    labels: {},
    applied: undefined,
    desired: undefined,
    appliedAt: undefined,
    state: undefined,
    certificateExpiresAt: undefined,
    duplicateOf: undefined,
    quarantined: [],
    reductions: [
      {
        on: 'plugins',
        effect: 'x removed',
        since: '3.4.0',
        severity: 'security',
        entities: 2,
        ids: ['a', 'b'],
      },
    ],
    understanding: {
      before: '3.3.0',
      lacks: [{ kind: 'plugin_set_incompatible', message: 'acl is missing', subject: 'acl' }],
      refusesInsecure: true,
      unknownKinds: [],
    },
  }
  const texts = { nodeId: '', instance: '', hostname: '', ip: '', version: '', syncStatus: '' }
  return { ...nothing, ...texts, session: 0, connectedAt: 0, applyTookMs: undefined }
}
