import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { biplane } from '../biplane.ts'
import { send } from '../client.ts'
import { type DataPlane, inSync, route, serves } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { startLoad } from '../load.ts'
import { makePki, type Pki, renew } from '../pki.ts'
import { type App, type Stack, startStack } from '../stack.ts'
import { startWriters } from '../writers.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'biplane-e2e-rotation-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

let stack: Stack | undefined
afterEach(async () => {
  await stack?.close()
  stack = undefined
})

const file = (name: string) => join(home, name)
const text = (name: string) => readFileSync(file(name), 'utf8')
const appsOf = ({ adminApi, hub, nodes }: Stack): readonly App[] => [adminApi, hub, ...nodes]
const told = (app: App, line: string) => app.log().split(`"msg":"${line}`).length - 1

/** Changes files, and waits until these apps have taken them over. */
async function change(apps: readonly App[], write: () => void): Promise<void> {
  const IN_FORCE = 'changed settings are in force'
  const before = apps.map((app) => told(app, IN_FORCE))
  write()
  await eventually(() => {
    const now = apps.map((app) => told(app, IN_FORCE))
    expect(now.map((count, index) => count > (before[index] ?? 0))).toEqual(apps.map(() => true))
  }, 60_000)
}

/** Requests to both nodes and writes, all the while; none may fail, and each write must arrive. */
async function underLoad(cluster: Stack, rotate: () => Promise<void>): Promise<void> {
  const load = startLoad(
    cluster.nodes.map(({ proxy }) => `${proxy}/steady`),
    2,
  )
  const writers = startWriters(cluster, 'steady', 1, 'meanwhile')
  try {
    await rotate()
  } finally {
    await writers.stop()
    await load.stop()
  }
  expect([load.failures, load.mixed, writers.unanswered]).toEqual([[], [], []])
  await inSync(cluster, 2)
  const last = writers.acknowledged.at(-1)
  expect(load.requests).toBeGreaterThan(0)
  for (const node of cluster.nodes) await serves(node, `/${last}`)
  const { data } = await cluster.admin.get<{ data: { name: string }[] }>('/routes?size=1000')
  expect(writers.acknowledged.length).toBeGreaterThan(0)
  if (writers.acknowledged.length < 900)
    expect(data.map(({ name }) => name)).toEqual(expect.arrayContaining([...writers.acknowledged]))
}

const ENCRYPTED = { declarative_config_encryption_mode: 'aes-256-gcm' }

/** Each opens its store with the key of now alone, and serves from it while all it follows is away. */
async function restartsFromItsStore({ adminApi, hub, nodes }: Stack): Promise<void> {
  const stopped = [adminApi, hub, ...nodes]
  await Promise.all(stopped.map((app) => app.stop()))
  await Promise.all(nodes.map((node) => node.start()))
  for (const node of nodes) await serves(node, '/steady')
  await hub.start()
  expect((await send(`${hub.status}/status/ready`)).status).toBe(200)
  await adminApi.start()
}

describe('the pairs that are shared', () => {
  it('are replaced while all run, without a failed request, a lost write or a restart', async () => {
    for (const name of ['cluster', 'cluster-next', 'feed', 'feed-next']) {
      // By its end one sees which of them is in use.
      const days = name.endsWith('-next') ? '200' : '100'
      const paths = [file(`${name}.crt`), file(`${name}.key`)]
      expect(await biplane(['hybrid', 'gen_cert', '--days', days, ...paths])).toMatchObject({ code: 0 })
    }
    for (const name of ['cluster', 'feed']) writeFileSync(file(`${name}-accepted.crt`), text(`${name}.crt`))
    const settings = (name: string) => ({
      [`${name}_cert`]: file(`${name}.crt`),
      [`${name}_cert_key`]: file(`${name}.key`),
      [`${name}_cert_accepted`]: file(`${name}-accepted.crt`),
    })
    stack = await startStack({
      adminSettings: settings('feed'),
      hubSettings: { ...settings('feed'), ...settings('cluster'), ...ENCRYPTED },
      nodeSettings: { ...settings('cluster'), ...ENCRYPTED },
    })
    const cluster = stack
    await route(cluster, 'steady')
    await inSync(cluster, 2)
    const [old] = await rows(cluster)
    const apps = appsOf(cluster)
    const accept = (...names: readonly string[]) => {
      for (const link of ['cluster', 'feed'])
        writeFileSync(file(`${link}-accepted.crt`), names.map((name) => text(`${link}${name}.crt`)).join(''))
    }
    await underLoad(cluster, async () => {
      await change(apps, () => accept('', '-next'))
      await change(apps, () => {
        for (const link of ['cluster', 'feed'])
          for (const kind of ['key', 'crt'])
            writeFileSync(file(`${link}.${kind}`), text(`${link}-next.${kind}`))
      })
      await change(apps, () => accept('-next'))
      await eventually(async () => {
        for (const row of await rows(cluster)) {
          expect(row.state).not.toBe('offline')
          expect(row.certificate_expires_at).toBeGreaterThan(old?.certificate_expires_at ?? Number.NaN)
        }
      }, 60_000)
    })
    // Told once a minute for each address; each app looks in its own time.
    for (const app of [cluster.hub, cluster.adminApi])
      await eventually(() => expect(told(app, 'cut off a connection')).toBe(1), 60_000)
    for (const app of apps) expect(told(app, 'changed settings are wrong')).toBe(0)
    await restartsFromItsStore(cluster)
    await inSync(cluster, 2)
  })
})

describe('certificates of an authority', () => {
  it('are replaced one by one while all run', async () => {
    const pki: Pki = await makePki(file('pki'), ['--nodes', '2', '--days', '1'])
    const feed = { feed_cert: join(pki.folder, 'feed.crt'), feed_cert_key: join(pki.folder, 'feed.key') }
    stack = await startStack({
      adminSettings: feed,
      hubSettings: { ...pki.hub, ...feed },
      nodeSettings: (name) => pki.node(name === 'dataplane-1' ? 1 : 2),
    })
    const cluster = stack
    await route(cluster, 'steady')
    await inSync(cluster, 2)
    await underLoad(cluster, async () => {
      const { hub, nodes } = cluster
      await change([hub, ...nodes], () => {
        renew(pki, 'hub', 'serverAuth')
        for (const name of ['node-1', 'node-2']) renew(pki, name, 'clientAuth')
      })
      expect(told(hub, 'cut off a connection')).toBe(0)
    })
    expect((await rows(cluster)).map(({ id }) => id).toSorted()).toEqual(pki.nodes.toSorted())
  })
})

async function rows({ admin }: Stack) {
  const { data } = await admin.get<{ data: (DataPlane & { certificate_expires_at: number })[] }>(
    '/clustering/data-planes',
  )
  return data
}
