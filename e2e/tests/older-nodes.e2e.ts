import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../client.ts'
import { type DataPlane, dataPlanes, route, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { hashOf, readConfig, reduced } from '../older-config.ts'
import { type Node, type Stack, startStack } from '../stack.ts'

const MINORS = [0, 1, 2, 3]

/** Nodes that say they are of older releases: they get the config of theirs, and serve it as the others do. */
describe('nodes of older releases', () => {
  let stack: Stack
  const older: Node[] = []
  beforeAll(async () => {
    stack = await startStack()
    const { admin } = stack
    await route(stack, 'echo')
    await admin.put('/services/secure', { host: 'h.test', port: 443, protocol: 'tls', tls_verify: true })
    await admin.put('/upstreams/fast', { algorithm: 'latency', use_srv_name: true })
    await admin.post('/upstreams/fast/targets', { target: 'h.test:80' })
    await admin.put('/consumers/ann', { custom_id: 'a' })
    await admin.put('/consumer_groups/gold', {})
    await admin.put('/vaults/mine', { name: 'env', config: { prefix: 'a-b-' } })
    await admin.post('/routes/echo/plugins', { name: 'key-auth', instance_name: 'door', enabled: false })
    await admin.post('/services/secure/plugins', { name: 'key-auth', instance_name: 'gate' })
    for (const minor of MINORS)
      older.push(await stack.addNode(`older-${minor}`, { reported_version: `3.${minor}.1` }))
  })
  afterAll(() => stack?.close())

  it('get by a snapshot exactly what their release understands', async () => {
    await holdWhatIsTheirs()
    for (const node of older) await serves(node, '/echo')
  })

  it('get the same by deltas', async () => {
    const { admin } = stack
    await admin.patch('/upstreams/fast', { algorithm: 'consistent-hashing', hash_on: 'ip' })
    await admin.put('/upstreams/swift', { algorithm: 'latency', use_srv_name: true })
    await admin.patch('/services/secure', { tls_verify_depth: 2 })
    await admin.patch('/consumers/ann', { custom_id: 'b' })
    await admin.remove('/upstreams/fast')
    await admin.put('/consumers/bob', {})
    await route(stack, 'later')
    await holdWhatIsTheirs()
    for (const node of older) await serves(node, '/later')
  })

  it('have rows that tell what they do not get, those of security first', async () => {
    await eventually(async () => {
      const told = await Promise.all(MINORS.map(async (minor) => (await rowOf(minor)).reductions))
      expect(told.map((each) => each.map(({ on, severity }) => `${on} ${severity}`))).toEqual([
        ['services security', 'plugins notice', 'upstreams notice', 'upstreams notice'],
        ['services security', 'plugins notice', 'upstreams notice'],
        [],
        [],
      ])
    })
    const lines = stack.hub.log().match(/"severity":"security".*which is incompatible with dataplane/g)
    expect(lines?.length).toBe(2) // one for each of the two releases it concerns
  })

  it('are named by a preflight of a write that would leave them without, and then are, until it is taken back', async () => {
    const { admin } = stack
    const plugin = { name: 'request-termination', config: { status_code: 418 } }
    const { nodes } = await admin.post<{ nodes: readonly Named[] }>(
      '/consumer_groups/gold/plugins?preflight=true',
      plugin,
    )
    expect(nodes.map(({ version, withheld }) => [version, withheld?.subject]).toSorted()).toEqual(
      MINORS.map((minor) => [`3.${minor}.1`, 'consumer_group']),
    )
    const { id } = await admin.post<{ id: string }>('/consumer_groups/gold/plugins', plugin)
    await route(stack, 'missed')
    for (const minor of MINORS) {
      await eventually(async () =>
        expect(await rowOf(minor)).toMatchObject({
          state: 'withheld',
          sync_status: 'plugin_version_incompatible',
          withheld: { subject: 'consumer_group' },
          reductions: [],
        }),
      )
    }
    for (const node of stack.nodes) await serves(node, '/missed')
    for (const node of older) expect(await statusOf(node, '/missed')).toBe(404)
    await admin.remove(`/plugins/${id}`)
    for (const node of older) await serves(node, '/missed')
    await holdWhatIsTheirs()
  })

  async function holdWhatIsTheirs(): Promise<void> {
    const config = await readConfig(stack)
    await eventually(async () => {
      const rows = await dataPlanes(stack)
      const newest = rows.filter(({ version }) => version === '3.4.0').map(({ config_hash }) => config_hash)
      expect(newest).toEqual([hashOf(config), hashOf(config)])
    }, 30_000)
    for (const minor of MINORS) {
      await eventually(async () => {
        const { state, config_hash } = await rowOf(minor)
        expect({ minor, state, config_hash }).toEqual({
          minor,
          state: 'in_sync',
          config_hash: hashOf(reduced(config, minor)),
        })
      }, 30_000)
    }
  }

  async function rowOf(minor: number): Promise<DataPlane> {
    const row = (await dataPlanes(stack)).find(({ version }) => version === `3.${minor}.1`)
    if (row === undefined) throw new Error(`no node of 3.${minor}.1 is listed`)
    return row
  }
})

interface Named extends Row {
  readonly version: string
  readonly withheld: { readonly subject?: string } | null
}
