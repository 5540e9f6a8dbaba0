import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Row, send } from '../client.ts'
import { inSync, route, serves } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { hashOf, readConfig } from '../older-config.ts'
import { type Node, type Stack, startStack } from '../stack.ts'

describe('what the cluster tells of its nodes', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    await route(stack, 'echo')
    await inSync(stack, 2)
  })
  afterAll(() => stack?.close())

  const idOf = ({ prefix }: Pick<Node, 'prefix'>) => readFileSync(join(prefix, 'kong.id'), 'utf8').trim()
  const one = (id: string) => stack.admin.get(`/clustering/data-planes/${id}`)
  const rows = async () => (await stack.admin.get<{ data: Row[] }>('/clustering/data-planes')).data
  const remove = async (id: string) =>
    (await send(`${stack.adminUrl}/clustering/data-planes/${id}`, { method: 'DELETE' })).status

  it('where each is attached, until when its certificate is good, and how long its last apply took', async () => {
    const { data } = await stack.admin.get<{ data: Row[] }>('/clustering/hubs')
    expect(data).toMatchObject([{ id: idOf(stack.hub), state: 'connected', nodes: 2, version: '3.4.0' }])
    const [hub] = data
    const node = await one(idOf(stack.nodes[0]))
    expect(node).toMatchObject({
      ...{ hub: hub?.id, state: 'in_sync', duplicate_of: null, quarantined: [] },
      ...{ apply_took_ms: expect.any(Number), applied_at: expect.any(Number) },
    })
    expect(Number(node.certificate_expires_at)).toBeGreaterThan(Date.now() / 1000)
  })

  it('a node that came with the id of another under an id of its own, which is forgotten when it is gone', async () => {
    const [first] = stack.nodes
    const twinHome = join(stack.home, 'twin')
    mkdirSync(twinHome, { recursive: true })
    writeFileSync(join(twinHome, 'kong.id'), readFileSync(join(first.prefix, 'kong.id')))
    const twin = await stack.addNode('twin')
    await serves(twin, '/echo')
    const original = idOf(first)
    const listed = await eventually(async () => {
      const found = (await rows()).find((row) => row.duplicate_of === original)
      expect(found).toMatchObject({ state: 'in_sync' })
      return String(found?.id)
    })
    expect(await one(original)).toMatchObject({ state: 'in_sync', duplicate_of: null })
    await route(stack, 'after')
    for (const node of [first, twin]) await serves(node, '/after')
    expect(await remove(listed)).toBe(409)
    await twin.stop()
    await eventually(async () => expect(await one(listed)).toMatchObject({ state: 'offline' }))
    expect(await remove(listed)).toBe(204)
    expect((await rows()).map(({ id }) => id)).not.toContain(listed)
  })

  it('what is left out for nodes that reject it, until it is mended; all else they get', async () => {
    const [node] = stack.nodes
    await stack.admin.post('/upstreams', { name: 'u' })
    const target = await stack.admin.post<{ id: string }>('/upstreams/u/targets', { target: '127.0.0.1:1' })
    await inSync(stack, 2)
    await spoil(target.id)
    await eventually(async () =>
      expect(await one(idOf(node))).toMatchObject({
        state: 'rejected',
        errors: [{ kind: 'targets', id: target.id, field: 'weight' }],
        quarantined: [{ kind: 'targets', id: target.id }],
      }),
    )
    await route(stack, 'meanwhile')
    for (const each of stack.nodes) await serves(each, '/meanwhile')
    const without = hashOf((await readConfig(stack)).filter(({ id }) => id !== target.id))
    await eventually(async () =>
      expect(await one(idOf(node))).toMatchObject({ config_hash: without, desired_hash: without }),
    )
    await stack.admin.patch(`/upstreams/u/targets/${target.id}`, { weight: 7 })
    expect(await inSync(stack, 2)).toBe(hashOf(await readConfig(stack)))
    expect((await one(idOf(node))).quarantined).toEqual([])
  })

  /** Gives a target a weight that no node takes, as a faulty control plane might: past the Admin API, as one revision. */
  async function spoil(id: string): Promise<void> {
    const before = (await readConfig(stack)).find((each) => each.id === id)
    if (before === undefined) throw new Error('there is no such target')
    const after = { ...before, entity: { ...before.entity, weight: 70_000 } }
    const [was, is] = [hashOf([before]), hashOf([after])]
    const client = new pg.Client(stack.database.url())
    await client.connect()
    try {
      await client.query('begin')
      const { rows } = await client.query<{ revision: string; hash: string }>(
        'select revision, hash from journal_head for update',
      )
      const [head] = rows
      const sum = BigInt(head?.hash ?? 0) + BigInt(`0x${is}`) - BigInt(`0x${was}`)
      const hash = String(((sum % (1n << 128n)) + (1n << 128n)) % (1n << 128n))
      const revision = Number(head?.revision) + 1
      await client.query('insert into journal (revision, hash, changes, bytes) values ($1, $2, $3, 1)', [
        revision,
        hash,
        JSON.stringify([after]),
      ])
      await client.query(
        `update targets set body = jsonb_set(body, '{weight}', '70000'), digest = decode($2, 'hex') where id = $1`,
        [id, is],
      )
      await client.query('update journal_head set revision = $1, hash = $2', [revision, hash])
      await client.query('commit')
    } finally {
      await client.end()
    }
  }
})
