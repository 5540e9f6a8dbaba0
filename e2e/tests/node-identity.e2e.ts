import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Row, send } from '../client.ts'
import { inSync } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { type App, type Node, type Stack, startStack } from '../stack.ts'

const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('the id of a node', () => {
  let stack: Stack
  let node: Node
  beforeAll(async () => {
    stack = await startStack({ nodeSettings: { cluster_dp_labels: 'region:eu, tier:edge' } })
    ;[node] = stack.nodes
    await inSync(stack, 2)
  })
  afterAll(() => stack?.close())

  const fileOf = ({ prefix }: App) => join(prefix, 'kong.id')
  const kept = (app: App) => readFileSync(fileOf(app), 'utf8')
  const rows = async () => (await stack.admin.get<{ data: Row[] }>('/clustering/data-planes')).data
  const ownId = async () => {
    const { node: own } = (await send(`${node.status}/status`)).json<{ node: Row }>()
    return own.id
  }
  const listed = (id: string) =>
    eventually(async () => {
      const row = (await rows()).find((each) => each.id === id)
      expect(row).toMatchObject({ state: 'in_sync' })
      return row as Row // it matched
    }, 30_000)

  it('is a version 4 UUID, kept in its prefix, and names its row with its labels (e2e-12)', async () => {
    expect(kept(node)).toMatch(UUID_4)
    expect(await ownId()).toBe(kept(node))
    expect(await listed(kept(node))).toMatchObject({ labels: { region: 'eu', tier: 'edge' } })
  })

  it('is the same after a restart: the same row, seen later (e2e-12)', async () => {
    const id = kept(node)
    const before = await listed(id)
    await node.stop()
    await node.start()
    const after = await eventually(async () => {
      const row = await listed(id)
      expect(Number(row.last_seen)).toBeGreaterThan(Number(before.last_seen))
      return row
    }, 30_000)
    expect(kept(node)).toBe(id)
    expect(after.labels).toEqual(before.labels)
    expect(await rows()).toHaveLength(2)
  })

  it('is replaced by a new one where the file holds rubbish (e2e-12)', async () => {
    const old = kept(node)
    await node.stop()
    writeFileSync(fileOf(node), 'rubbish')
    await node.start()
    const id = kept(node)
    expect(id).toMatch(UUID_4)
    expect(id).not.toBe(old)
    await listed(id)
    const gone = expect.objectContaining({ id: old, state: 'offline' })
    await eventually(async () => expect(await rows()).toContainEqual(gone), 30_000)
  })

  it('is that of the setting node_id, where there is one, whatever the file holds (e2e-12)', async () => {
    const id = randomUUID()
    const named = await stack.addNode('named', { node_id: id.toUpperCase() })
    await listed(id)
    expect(existsSync(fileOf(named))).toBe(false)
  })

  it('is kept by hubs as well, whose rows are theirs, and by no admin-api (e2e-12)', async () => {
    expect(kept(stack.hub)).toMatch(UUID_4)
    expect(existsSync(fileOf(stack.adminApi))).toBe(false)
    const idOf = async () => (await stack.admin.get('/')).node_id
    const before = await idOf()
    await stack.adminApi.stop()
    await stack.adminApi.start()
    // It answers for the database once that has answered.
    await eventually(async () => expect(await idOf()).not.toBe(before), 30_000)
  })
})
