import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send } from '../client.ts'
import { inSync, route, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { mayMount, mountSmallDisk, type SmallDisk } from '../small-disk.ts'
import { type App, type Node, type Stack, startStack } from '../stack.ts'

/** More than a store of a megabyte can hold. */
const LARGE = { routes: 700, bytes: 2000 }

const canFill = mayMount()

it('a disk may be mounted, to be filled', (context) => {
  if (!canFill) context.skip('this user may mount none here, so what a full disk does is not tried: be root')
})

describe('where there is no room for the config', () => {
  let stack: Stack
  let small: Node
  beforeAll(async () => {
    stack = await startStack()
    await route(stack, 'before')
    small = await stack.addNode('small-map', { lmdb_map_size: '1m' })
    await inSync(stack, 3)
  })
  afterAll(() => stack?.close())

  it('lmdb_map_size keeps a node on what it has, until it fits again (e2e-20)', async () => {
    await writeLarge(stack, 'PUT')
    await rejected(stack, /the config needs \d+ bytes, the store may use 1048576/)
    for (const node of stack.nodes) await serves(node, '/large')
    expect([await statusOf(small, '/before'), await statusOf(small, '/large')]).toEqual([200, 404])
    await writeLarge(stack, 'DELETE')
    await route(stack, 'fits')
    await inSync(stack, 3)
    expect(await statusOf(small, '/fits')).toBe(200)
    await small.stop()
  })

  describe.skipIf(!canFill)('because the disk is full', () => {
    const disks: SmallDisk[] = []
    afterAll(() => {
      for (const disk of disks) disk.unmount()
    })
    /** Its prefix is a disk of its own, with room for three copies of the large config. */
    const onSmallDisk = async <Started extends App>(
      name: string,
      start: (name: string) => Promise<Started>,
    ): Promise<[SmallDisk, Started]> => {
      const disk = mountSmallDisk(join(stack.home, name), 24)
      disks.push(disk)
      return [disk, await start(name)]
    }

    it('a node serves what it has, also after a restart, and takes the rest when there is room', async () => {
      const [disk, node] = await onSmallDisk('small-node', stack.addNode)
      await survives(disk, node, node)
      await node.stop()
    })

    it('a hub feeds its nodes what it has, also after a restart, and takes the rest when there is room', async () => {
      const [disk, hub] = await onSmallDisk('small-hub', stack.addHub)
      const node = await stack.addNode('below', { cluster_control_plane: hub.address })
      await survives(disk, hub, node)
    })

    async function survives(disk: SmallDisk, app: App, node: Node): Promise<void> {
      await serves(node, '/before')
      disk.fill()
      await writeLarge(stack, 'PUT')
      for (const each of stack.nodes) await serves(each, '/large')
      await eventually(() => expect(app.log()).toMatch(/disk is full/))
      expect([await statusOf(node, '/before'), await statusOf(node, '/large')]).toEqual([200, 404])
      await app.kill()
      await app.start()
      await serves(node, '/before')
      await route(stack, 'meanwhile')
      expect(await statusOf(node, '/meanwhile')).toBe(404)
      disk.makeRoom()
      await serves(node, '/large')
      await serves(node, '/meanwhile')
      await inSync(stack, 3)
      await stack.admin.remove('/routes/meanwhile')
      await writeLarge(stack, 'DELETE')
    }
  })
})

/** Many routes as one revision; the first of them is `/large`. */
async function writeLarge({ adminUrl }: Pick<Stack, 'adminUrl'>, method: 'PUT' | 'DELETE'): Promise<void> {
  const paths = (index: number) => [
    index === 0 ? '/large' : `/${index}`,
    `/${'x'.repeat(LARGE.bytes)}${index}`,
  ]
  const items = Array.from({ length: LARGE.routes }, (_, index) => ({
    method,
    path: `/services/before/routes/large-${index}`,
    ...(method === 'PUT' && { body: { paths: paths(index) } }),
  }))
  const headers = { 'content-type': 'application/json' }
  const answer = await send(`${adminUrl}/transactions`, {
    method: 'POST',
    headers,
    body: JSON.stringify(items),
  })
  expect(answer.status).toBe(200)
}

async function rejected({ admin }: Pick<Stack, 'admin'>, message: RegExp): Promise<void> {
  await eventually(async () => {
    const { data } = await admin.get<{ data: { state: string; errors: { message: string }[] }[] }>(
      '/clustering/data-planes',
    )
    const [row, ...others] = data.filter(({ state }) => state === 'rejected')
    expect(others).toEqual([])
    expect(row?.errors).toMatchObject([{ message: expect.stringMatching(message) }])
  })
}
