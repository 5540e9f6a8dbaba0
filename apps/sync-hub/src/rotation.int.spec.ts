import { type FollowerStream, type FollowerTls, serveFollowers } from '@biplane/protocol/stream'
import { createLogger, followSettings, generateClusterPair, loadSome } from '@biplane/service'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { followBarely } from './bare-follower.ts'
import { LINK_FILES, LinkCertificates } from './certificates.ts'
import { eventually } from './line-fixtures.ts'

// A hub whose certificates lie in files that change, and a node that is given the new pair in between.

const [old, next, feed] = await Promise.all([
  generateClusterPair(),
  generateClusterPair(),
  generateClusterPair(),
])
const log = createLogger({ log_level: 'crit' }, 'sync-hub')

let stop: AbortController
let running: Promise<unknown>[]
let files: Record<string, string>
beforeEach(() => {
  stop = new AbortController()
  running = []
  files = {
    '/cluster.crt': old.cert,
    '/cluster.key': old.key,
    '/accepted.crt': old.cert,
    '/feed.crt': feed.cert,
    '/feed.key': feed.key,
  }
})
afterEach(async () => {
  stop.abort()
  await Promise.all(running)
})

const ENVIRONMENT = {
  KONG_CLUSTER_CERT: '/cluster.crt',
  KONG_CLUSTER_CERT_KEY: '/cluster.key',
  KONG_CLUSTER_CERT_ACCEPTED: '/accepted.crt',
  KONG_FEED_CERT: '/feed.crt',
  KONG_FEED_CERT_KEY: '/feed.key',
}

async function aHub() {
  let looks = 0
  const told: string[] = []
  const readFile = (path: string): string => {
    const text = files[path]
    if (path === '/accepted.crt') looks += 1
    if (text === undefined) throw new Error(`no such file: ${path}`)
    return text
  }
  const names = [...LINK_FILES, 'cluster_mtls', 'cluster_ocsp', 'cluster_ocsp_interval'] as const
  const started = loadSome('sync-hub', names, ENVIRONMENT, readFile)
  if ('problems' in started) throw new Error('the first settings are wrong')
  const certificates = new LinkCertificates(started.settings)
  running.push(
    followSettings({
      ...{ names: LINK_FILES, what: 'certificates', started: started.settings, log, signal: stop.signal },
      reread: (some) => loadSome('sync-hub', some, ENVIRONMENT, readFile),
      apply: (changed) => certificates.replace(changed),
      everyMs: 5,
    }),
  )
  const server = await serveFollowers({
    listen: { host: '127.0.0.1', port: 0 },
    tls: { ...certificates.nodes, recheckMs: 20 },
    welcome: () => ({ sourceId: 'hub', version: '3.4.0', plugins: [] }),
    session: ({ signal }: FollowerStream) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    log: { info: () => undefined, warn: () => undefined, error: (_about, line) => told.push(line) },
    signal: stop.signal,
  })
  running.push(server.closed)
  return {
    told,
    port: server.address.port,
    certificates,
    async become(changed: Record<string, string>) {
      files = { ...files, ...changed }
      const now = looks
      await eventually(() => expect(looks).toBeGreaterThan(now + 3))
    },
  }
}

/** A node, and its certificates, which may be replaced while it runs. */
function aNode(port: number) {
  const own = { pair: old, accepted: old.cert }
  const tls: FollowerTls = {
    credentials: () => own.pair,
    sources: () => ({ kind: 'shared', accepted: [own.accepted] }),
  }
  const node = followBarely(port, tls, stop.signal)
  running.push(node.ended)
  return { own, node }
}

it('replaces the pair of a cluster step by step, with no stream lost and nobody refused', async () => {
  const both = `${old.cert}${next.cert}`
  const hub = await aHub()
  const { own, node } = aNode(hub.port)
  await eventually(() => expect(node.link).not.toBe(null))
  const { link } = node
  await hub.become({ '/accepted.crt': both })
  own.accepted = both
  await hub.become({ '/cluster.crt': next.cert, '/cluster.key': next.key })
  expect(hub.certificates.nodes.credentials()).toEqual(next)
  const { own: lateOwn, node: late } = aNode(hub.port) // has still the old pair
  lateOwn.accepted = both
  await eventually(() => expect(late.link).not.toBe(null))
  own.pair = next
  lateOwn.pair = next
  expect([node.link, link?.signal.aborted]).toEqual([link, false])
  await hub.become({ '/accepted.crt': next.cert })
  await eventually(() => {
    for (const one of [node, late]) expect(one.link?.signal.aborted).toBe(false)
    expect(node.link).not.toBe(link)
  })
  expect(link?.signal.aborted).toBe(true)
  expect(hub.told).toEqual(['cut off a connection'])
})

it('keeps what it has while certificate and key do not fit, or one is gone', async () => {
  const hub = await aHub()
  await hub.become({ '/cluster.crt': next.cert })
  expect(hub.certificates.nodes.credentials()).toEqual(old)
  await hub.become({ '/cluster.key': '' })
  expect(hub.certificates.nodes.credentials()).toEqual(old)
  await hub.become({ '/cluster.key': next.key })
  expect(hub.certificates.nodes.credentials()).toEqual(next)
})
