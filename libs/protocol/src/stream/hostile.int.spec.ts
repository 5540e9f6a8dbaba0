import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { anUpsert, MemorySource } from '../fixtures.ts'
import * as wire from '../gen/biplane/sync/v1/sync.ts'
import { decodeDown, encodeUp } from './envelope.ts'
import { anIntroduction, Follower, useCluster } from './fixtures.ts'
import { identifySource } from './source-identity.ts'

// Whoever has a valid certificate and says what no node of ours would.

const cluster = useCluster()

const NOWHERE = { epoch: '', revision: 0, hash: '0'.repeat(32) }
const hello = { ...anIntroduction('hostile'), session: 1, position: NOWHERE }
const HELLO = encodeUp({ kind: 'hello', hello })
const HEARTBEAT = encodeUp({ kind: 'heartbeat', position: NOWHERE })
const long = 'x'.repeat(2_000_000)

const raw = (message: wire.Up['message']) => Buffer.from(wire.Up.encode({ message }).finish())
const rejected = (count: number, message: string) =>
  raw({
    $case: 'rejected',
    value: {
      revision: 1,
      retryable: false,
      errors: Array.from({ length: count }, () => ({ kind: 'routes', id: 'a', field: 'paths', message })),
    },
  })

const countless = {
  ...{ id: 'u', usable: true, weight: 1, availableWeight: 1 },
  targets: Array.from({ length: 20_000 }, () => ({
    ...{ id: 'target', health: 'HEALTHY' as const, dns: 'A', addresses: [] },
  })),
}

/** Says all this in one stream, and tells how the source ends it. */
async function say(port: number, messages: readonly Buffer[]): Promise<{ code: status; details: string }> {
  const address = `127.0.0.1:${port}`
  const { context, askFor, checkServerIdentity } = identifySource(
    { credentials: () => cluster().identity.pair },
    address,
  )
  const ssl = credentials.createFromSecureContext(context, { checkServerIdentity })
  const client = new Client(`dns:${address}`, ssl, {
    'grpc.ssl_target_name_override': askFor,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
  })
  try {
    const call = client.makeBidiStreamRequest(
      wire.SyncService.follow.path,
      (bytes: Buffer) => bytes,
      decodeDown,
    )
    const ended = new Promise<{ code: status; details: string }>((resolve) => {
      call.on('error', ({ code, details }: ServiceError) => resolve({ code, details }))
      call.on('status', resolve)
    })
    call.resume()
    for (const message of messages) call.write(message)
    return await ended
  } finally {
    client.close()
  }
}

const ATTACKS: [string, readonly Buffer[], status, string][] = [
  [
    'an introduction of 2 MB',
    [encodeUp({ kind: 'hello', hello: { ...hello, hostname: long } })],
    status.RESOURCE_EXHAUSTED,
    'larger than max',
  ],
  [
    'an introduction with 100 KB of labels',
    [encodeUp({ kind: 'hello', hello: { ...hello, labels: { a: long.slice(0, 100_000) } } })],
    status.INVALID_ARGUMENT,
    'a message (hello) of 100',
  ],
  [
    'an introduction as a hub',
    [encodeUp({ kind: 'hello', hello: { ...hello, relay: true } })],
    status.INVALID_ARGUMENT,
    'only nodes are served',
  ],
  [
    'heartbeats without end',
    [HELLO, ...Array(5000).fill(HEARTBEAT)],
    status.INVALID_ARGUMENT,
    'more than 100 messages in 1 s',
  ],
  [
    'messages of no kind without end',
    [HELLO, ...Array(5000).fill(Buffer.alloc(0))],
    status.INVALID_ARGUMENT,
    'more than 100 messages in 1 s',
  ],
  [
    'a heartbeat of 500 KB',
    [HELLO, encodeUp({ kind: 'heartbeat', position: { ...NOWHERE, epoch: long.slice(0, 500_000) } })],
    status.INVALID_ARGUMENT,
    'a message (heartbeat) of 500',
  ],
  [
    'a rejection of 3 MB',
    [HELLO, rejected(30_000, 'x'.repeat(100))],
    status.RESOURCE_EXHAUSTED,
    'larger than max',
  ],
  ['a rejection of nothing', [HELLO, rejected(1, 'no')], status.INVALID_ARGUMENT, 'an answer to no update'],
  [
    'a report on others',
    [HELLO, encodeUp({ kind: 'report', report: { complete: true, nodes: [] } })],
    status.INVALID_ARGUMENT,
    'no relay',
  ],
  [
    'what it thinks of targets without end',
    [HELLO, ...Array(500).fill(encodeUp({ kind: 'health', health: { upstreams: [], incomplete: false } }))],
    status.INVALID_ARGUMENT,
    'more than 40 messages in 20 s',
  ],
  [
    'what it thinks of 20,000 targets',
    [HELLO, encodeUp({ kind: 'health', health: { upstreams: [countless], incomplete: false } })],
    status.INVALID_ARGUMENT,
    'a message (health) of',
  ],
  ['a second introduction', [HELLO, HELLO], status.INVALID_ARGUMENT, 'a second Hello'],
]

describe('a hostile node', () => {
  it.each(ATTACKS)('that sends %s is cut off', async (_what, messages, code, details) => {
    const never = () => new Promise<void>(() => undefined)
    const session = ({ signal }: { signal: AbortSignal }) =>
      Promise.race([
        never(),
        new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
      ])
    const { address } = await cluster().serve({ session, nodesOnly: true })
    expect(await say(address.port, messages)).toMatchObject({
      code,
      details: expect.stringContaining(details),
    })
  })

  it('that sends them all again and again keeps no update from another node', async () => {
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const port = await cluster().serveSource(source, { nodesOnly: true })
    const node = new Follower('honest')
    cluster().follow(node, [port])
    await node.until(() => node.position.revision === 1)
    const attack = async () => {
      for (const [, messages] of ATTACKS) await say(port, messages.slice(0, 500))
    }
    const attacks = Promise.all([attack(), attack(), attack()])
    for (let revision = 2; revision <= 100; revision++) {
      source.write(anUpsert(`entity-${revision}`))
      await node.until(() => node.position.revision === revision)
    }
    await attacks
    expect(node.links).toHaveLength(1)
  })
})
