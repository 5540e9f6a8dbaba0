import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { type CertificateWish, generateCertificate, generateClusterPair } from '@biplane/service'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { anUpsert, MemorySource } from '../fixtures.ts'
import { Follower, silent, useCluster } from './fixtures.ts'
import { type AcceptedTls, authoritiesOf, type FollowerTls, type Pair, type Revocation } from './index.ts'
import type { RefusalCause } from './refusal.ts'
import { CLUSTER_NAME, certificatesIn, digestOf, type SourceTrust, type Trust } from './trust.ts'

// Vectors of the handshake between node and hub, with real certificates. Names are those of the certificates of `pki`.

const now = new Date()
const aDay: Omit<CertificateWish, 'commonName'> = { dnsNames: [], days: 1, now }
const anAuthority = { ...aDay, commonName: 'authority', authority: true }

async function aPki() {
  const root = await generateCertificate(anAuthority)
  const issue = (wish: Partial<CertificateWish>, issuer = root) =>
    generateCertificate({ ...aDay, commonName: 'a-node', usages: ['client'], ...wish }, issuer)
  const above = [root]
  for (let depth = 1; depth <= 4; depth++)
    above.push(await generateCertificate({ ...anAuthority, commonName: `step ${depth}` }, above.at(-1)))
  const server = { usages: ['server'] as const, commonName: 'hub' }
  return {
    root,
    hub: await issue({ ...server, dnsNames: ['hub.test'], ipAddresses: ['127.0.0.1'] }),
    'another hub': await issue({ ...server, dnsNames: ['elsewhere.test'] }),
    'of any name': await issue({ commonName: 'whatever' }),
    'for servers alone': await issue({ usages: ['server'], dnsNames: ['hub.test'] }),
    'that has expired': await issue({ now: new Date(now.getTime() - 2 * 86_400_000) }),
    'three intermediates below': await issue({}, above[3]),
    'four intermediates below': await issue({}, above[4]),
    all: above.map(({ cert }) => firstOf(cert)).join('\n'),
  }
}

const firstOf = (pem: string) => certificatesIn(pem)[0]?.toString() ?? ''

let pki: Awaited<ReturnType<typeof aPki>>
let other: Pair
let ofAnother: Pair
beforeAll(async () => {
  pki = await aPki()
  other = await generateCertificate(anAuthority)
  ofAnother = await generateCertificate({ ...aDay, commonName: 'a-node', usages: ['client'] }, other)
})

const cluster = useCluster()

function aTrust(pem: string, revocation: Extract<Trust, { kind: 'pki' }>['revocation'] = null): Trust {
  return { kind: 'pki', authorities: authoritiesOf(pem), revocation }
}

/** Of this test alone: servers of the one before may still be closing. */
let refused: string[]
beforeEach(() => {
  refused = []
})

async function serve(tls: AcceptedTls, told: string[] = []): Promise<number> {
  const source = new MemorySource()
  source.write(anUpsert('a'))
  const causes = refused
  const log = {
    ...silent,
    warn: (_fields: object, message: string) => told.push(`warn: ${message}`),
    error: (_fields: object, message: string) => told.push(`error: ${message}`),
  }
  return cluster().serveSource(source, {
    ...{ tls, log, timing: { recheck: 50, greeting: 3000 } },
    onRefused: (cause) => causes.push(cause),
  })
}

/** Connects, and waits for the first word or the end. */
async function knock(port: number, pair: Partial<Pair>): Promise<{ socket: TLSSocket; cut: boolean }> {
  const socket = connect({
    host: '127.0.0.1',
    port,
    ALPNProtocols: ['h2'],
    servername: CLUSTER_NAME,
    rejectUnauthorized: false,
    ...pair,
  })
  socket.on('error', () => socket.destroy())
  // An HTTP/2 server begins with its settings; to a stranger nothing is said.
  const cut = await new Promise<boolean>((resolve) => {
    socket.once('data', () => resolve(false))
    socket.once('close', () => resolve(true))
  })
  return { socket, cut }
}

async function isLetIn(port: number, pair: Partial<Pair>): Promise<boolean> {
  const { socket, cut } = await knock(port, pair)
  socket.destroy()
  return !cut
}

/** Whether the source at a port is followed; false as soon as the follower tells of a failure. */
function follow(port: number, tls: FollowerTls, nodeId?: string): Promise<boolean> {
  const failed = Promise.withResolvers<boolean>()
  const follower = new Follower(nodeId)
  const log = { ...silent, warn: () => failed.resolve(false) }
  cluster().follow(follower, [port], { tls, log })
  const followed = follower.until(() => follower.position.revision === 1).then(() => true)
  return Promise.race([followed, failed.promise])
}

const wasCut = (socket: TLSSocket) => (socket.closed ? undefined : once(socket, 'close'))

describe('a source in mode shared', () => {
  it.each<[string, () => Partial<Pair>, RefusalCause | null]>([
    ['the same certificate', () => cluster().identity.pair, null],
    ['another certificate', () => other, 'not_accepted'],
    ['none', () => ({}), 'no_certificate'],
  ])('decides about %s by its digest', async (_what, pair, cause) => {
    const expected = cause === null
    const { pair: own, digest } = cluster().identity
    const told: string[] = []
    const trust = (): Trust => ({ kind: 'shared', digests: new Set([digest]) })
    const port = await serve({ credentials: () => own, trust }, told)
    expect(await isLetIn(port, pair())).toBe(expected)
    expect(told).toEqual(expected ? [] : ['error: refused a connection'])
    expect(refused).toEqual(expected ? [] : [cause])
  })

  it('lets in both pairs while one replaces the other, and cuts off the old one afterwards', async () => {
    const { pair: old, digest } = cluster().identity
    const [certificate] = certificatesIn(other.cert)
    const next = digestOf(certificate?.raw ?? new Uint8Array())
    let digests = new Set([digest, next])
    const port = await serve({ credentials: () => other, trust: () => ({ kind: 'shared', digests }) })
    const [before, after] = [await knock(port, old), await knock(port, other)]
    expect([before.cut, after.cut]).toEqual([false, false])
    digests = new Set([next])
    await wasCut(before.socket)
    expect(after.socket.destroyed).toBe(false)
    expect(await isLetIn(port, old)).toBe(false)
    expect(refused).toEqual(['not_accepted', 'not_accepted'])
    after.socket.destroy()
  })
})

describe('a source in mode pki', () => {
  it.each([
    ['of any name', null],
    ['three intermediates below', null],
    ['four intermediates below', 'not_accepted'],
    ['for servers alone', 'not_accepted'],
    ['that has expired', 'expired'],
  ] as const)('decides about a certificate of its authority %s', async (name, cause) => {
    const expected = cause === null
    const told: string[] = []
    const port = await serve({ credentials: () => pki.hub, trust: () => aTrust(pki.all) }, told)
    expect(await isLetIn(port, pki[name])).toBe(expected)
    expect(told).toEqual(expected ? [] : ['error: refused a connection'])
    expect(refused).toEqual(expected ? [] : [cause])
  })

  it.each([
    ['three intermediates below', true],
    ['four intermediates below', false],
  ] as const)('decides about a certificate %s that come with it', async (name, expected) => {
    const port = await serve({ credentials: () => pki.hub, trust: () => aTrust(pki.root.cert) })
    const { cert, key } = pki[name]
    expect(await isLetIn(port, { cert, key })).toBe(expected)
    expect(await isLetIn(port, { cert: firstOf(cert), key })).toBe(false)
  })

  it('asks the responder of an issuer that came with the certificate', async () => {
    const asked: string[][] = []
    const check = async (chain: readonly { readonly subject: string }[]): Promise<Revocation> => {
      asked.push(chain.map(({ subject }) => subject))
      return { kind: 'good' }
    }
    const trust = () => aTrust(pki.root.cert, { required: true, check })
    const port = await serve({ credentials: () => pki.hub, trust })
    expect(await isLetIn(port, pki['three intermediates below'])).toBe(true)
    const issuers = ['step 3', 'step 2', 'step 1', 'authority']
    expect(asked[0]).toEqual(['a-node', ...issuers].map((name) => `CN=${name}`))
  })

  it.each([
    ['of another authority', () => ofAnother],
    ['that is its own authority', () => other],
    ['that is missing', () => ({})],
  ])('refuses a certificate %s', async (_what, pair) => {
    const port = await serve({ credentials: () => pki.hub, trust: () => aTrust(pki.root.cert) })
    expect(await isLetIn(port, pair())).toBe(false)
  })

  it.each<[Revocation['kind'], boolean, boolean, string[]]>([
    ['good', true, true, []],
    ['bad', true, false, ['error: refused a connection']],
    ['unknown', true, false, ['error: refused a connection']],
    ['good', false, true, []],
    ['bad', false, false, ['error: refused a connection']],
    ['unknown', false, true, ['warn: could not tell whether a certificate was revoked']],
  ])('told %s by a responder (required: %s)', async (kind, required, expected, lines) => {
    const answer: Revocation = kind === 'good' ? { kind } : { kind, reason: 'because' }
    const asked: number[] = []
    const check = async (chain: readonly unknown[]) => {
      asked.push(chain.length)
      await new Promise((resolve) => setImmediate(resolve))
      return answer
    }
    const told: string[] = []
    const trust = () => aTrust(pki.root.cert, { required, check })
    const port = await serve({ credentials: () => pki.hub, trust }, told)
    expect(await isLetIn(port, pki['of any name'])).toBe(expected)
    expect([asked[0], told]).toEqual([2, lines])
    const cause = kind === 'bad' ? 'revoked' : 'revocation_unknown'
    expect(refused).toEqual(expected ? [] : [cause])
  })

  it('loses no more than one connection to a check that breaks', async () => {
    const check = async ([own]: readonly { readonly subject: string }[]): Promise<Revocation> => {
      if (own?.subject === 'CN=whatever') throw new TypeError('it broke')
      return { kind: 'good' }
    }
    const told: string[] = []
    const trust = () => aTrust(pki.root.cert, { required: true, check })
    const port = await serve({ credentials: () => pki.hub, trust }, told)
    expect(await isLetIn(port, pki['of any name'])).toBe(false)
    expect([refused, told]).toEqual([['protocol'], ['error: could not judge a connection']])
    expect(await isLetIn(port, pki['three intermediates below'])).toBe(true)
  })

  it('cuts off whoever is revoked while connected, and nobody because a responder fails', async () => {
    const answers = new Map<string, Revocation>()
    const asked: string[] = []
    const check = async ([own]: readonly { readonly subject: string }[]): Promise<Revocation> => {
      asked.push(own?.subject ?? '')
      return answers.get(own?.subject ?? '') ?? { kind: 'good' }
    }
    const trust = () => aTrust(pki.root.cert, { required: true, check })
    const port = await serve({ credentials: () => pki.hub, trust })
    const doubtful = await knock(port, pki['three intermediates below'])
    const revoked = await knock(port, pki['of any name'])
    answers.set('CN=a-node', { kind: 'unknown', reason: 'no answer' })
    answers.set('CN=whatever', { kind: 'bad', reason: 'revoked' })
    await wasCut(revoked.socket)
    const before = asked.length
    while (asked.slice(before).filter((name) => name === 'CN=a-node').length < 2)
      await new Promise((resolve) => setTimeout(resolve, 5))
    expect(doubtful.socket.destroyed).toBe(false)
    doubtful.socket.destroy()
  })

  it('cuts off the nodes of an authority that is replaced', async () => {
    let trust = aTrust(`${pki.root.cert}${other.cert}`)
    const port = await serve({ credentials: () => pki.hub, trust: () => trust })
    const [before, after] = [await knock(port, pki['of any name']), await knock(port, ofAnother)]
    expect([before.cut, after.cut]).toEqual([false, false])
    trust = aTrust(other.cert)
    await wasCut(before.socket)
    expect(await isLetIn(port, pki['of any name'])).toBe(false)
    expect(await isLetIn(port, ofAnother)).toBe(true)
    after.socket.destroy()
  })
})

describe('a follower in mode pki', () => {
  const follows = (
    sources: Partial<Extract<SourceTrust, { kind: 'pki' }>>,
    pair = pki['of any name'],
  ): FollowerTls => ({
    credentials: () => pair,
    sources: () => ({ kind: 'pki', authorities: pki.root.cert, serverName: null, ...sources }),
  })

  async function isFollowed(hub: Pair, tls: FollowerTls): Promise<boolean> {
    const port = await serve({ credentials: () => hub, trust: () => aTrust(pki.root.cert) })
    return follow(port, tls)
  }

  it.each([
    ['its name', 'hub', { serverName: 'hub.test' }, true],
    ['its address, where no name is set', 'hub', {}, true],
    ['another name', 'another hub', { serverName: 'hub.test' }, false],
    ['another address', 'another hub', {}, false],
  ] as const)('knows its source by %s', async (_what, hub, sources, expected) => {
    expect(await isFollowed(pki[hub], follows(sources))).toBe(expected)
  })

  it('does not follow a source of another authority', async () => {
    expect(await isFollowed(pki.hub, follows({ serverName: 'hub.test', authorities: other.cert }))).toBe(
      false,
    )
  })

  it('does not follow a node that poses as a source, whatever its names', async () => {
    const thief = await generateCertificate(
      { ...aDay, commonName: 'hub', dnsNames: ['hub.test'], usages: ['client'] },
      pki.root,
    )
    expect(await isFollowed(thief, follows({ serverName: 'hub.test' }))).toBe(false)
  })
})

describe('a stolen certificate of a node', () => {
  const NODE = 'a9ffe0a7-0a4f-4c4c-8d62-5ea6e3b9b1f1'
  const stolen = () =>
    generateCertificate({ ...aDay, commonName: NODE.toUpperCase(), usages: ['client'] }, pki.root)

  it.each([
    ['for its own node', NODE, true],
    ['for another node', 'b9ffe0a7-0a4f-4c4c-8d62-5ea6e3b9b1f1', false],
    ['for whatever has no such id', 'hub', false],
  ])('speaks %s: %s, %s', async (_what, nodeId, expected) => {
    const pair = await stolen()
    const port = await serve({ credentials: () => pki.hub, trust: () => aTrust(pki.root.cert) })
    const tls: FollowerTls = {
      credentials: () => pair,
      sources: () => ({ kind: 'pki', authorities: pki.root.cert, serverName: 'hub.test' }),
    }
    expect(await follow(port, tls, nodeId)).toBe(expected)
  })

  it('is told as that of another node', async () => {
    const pair = await stolen()
    const port = await serve({ credentials: () => pki.hub, trust: () => aTrust(pki.root.cert) })
    const sources = () => ({ kind: 'pki', authorities: pki.root.cert, serverName: 'hub.test' }) as const
    await follow(port, { credentials: () => pair, sources }, 'another')
    expect(refused).toContain('other_node')
  })

  it('holds a few connections at a time, and no more', async () => {
    const pair = await stolen()
    const port = await serve({ credentials: () => pki.hub, trust: () => aTrust(pki.root.cert) })
    const tries = await Promise.all(Array.from({ length: 20 }, () => knock(port, pair)))
    expect(tries.filter(({ cut }) => !cut)).toHaveLength(8)
    expect(refused).toEqual(Array.from({ length: 12 }, () => 'too_many'))
    expect(await isLetIn(port, pki['of any name'])).toBe(true)
    for (const { socket } of tries) socket.destroy()
  })

  it('opens no feed', async () => {
    const { pair: feed, digest } = cluster().identity
    const trust = (): Trust => ({ kind: 'shared', digests: new Set([digest]) })
    const port = await serve({ credentials: () => feed, trust })
    expect([await isLetIn(port, await stolen()), await isLetIn(port, feed)]).toEqual([false, true])
  })
})

describe('a stranger', () => {
  const knocks = async (port: number, count: number) => {
    const sockets = Array.from({ length: count }, () => connectTcp(port, '127.0.0.1'))
    const settled = sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          for (const event of ['connect', 'error', 'close']) socket.on(event, () => resolve())
        }),
    )
    await Promise.all(settled)
    return sockets
  }

  async function aSource() {
    const { pair, digest } = cluster().identity
    const trust = (): Trust => ({ kind: 'shared', digests: new Set([digest]) })
    return { pair, port: await serve({ credentials: () => pair, trust }) }
  }

  it('holds so many connections that show nothing, and no more; what it gives up is free for others', async () => {
    const { pair, port } = await aSource()
    const silentOnes = await knocks(port, 300)
    while (refused.length < 44) await new Promise((resolve) => setImmediate(resolve))
    expect(await isLetIn(port, pair)).toBe(false)
    for (const socket of silentOnes) socket.destroy()
    while (!(await isLetIn(port, pair))) await new Promise((resolve) => setImmediate(resolve))
    expect(new Set(refused)).toEqual(new Set(['too_many', 'handshake']))
  })

  it('that says nothing is cut off', async () => {
    const [socket] = await knocks((await aSource()).port, 1)
    if (socket?.closed === false) await once(socket.resume(), 'close')
    expect(refused).toEqual(['handshake'])
  })
})

describe('a follower in mode shared', () => {
  it.each([
    ['follows a source that has a pair accepted besides its own', true],
    ['does not follow it once that is no longer accepted', false],
  ])('%s', async (_what, expected) => {
    const { pair: own, digest } = cluster().identity
    const next = await generateClusterPair()
    const trust = (): Trust => ({ kind: 'shared', digests: new Set([digest]) })
    const port = await serve({ credentials: () => next, trust })
    const accepted = expected ? [next.cert] : []
    const sources = () => ({ kind: 'shared', accepted }) as const
    expect(await follow(port, { credentials: () => own, sources })).toBe(expected)
  })
})
