import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Row, send } from '../client.ts'
import { dataPlanes, inSync, route, serves } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { type Link, startLink } from '../link.ts'
import { type Node, type Stack, startStack } from '../stack.ts'

/** A dead link is found within 15 s; the rest is for a busy machine to tell of it. Kong would not have looked by then: it takes 45 s. */
const NOTICED_WITHIN_MS = 40_000

describe('a peer that falls silent', () => {
  let stack: Stack
  /** To the first hub, where both nodes are; to the second; and that of the node which knows no second. */
  let links: readonly [first: Link, second: Link, only: Link]
  beforeAll(async () => {
    links = [await startLink(), await startLink(), await startLink()]
    const [first, second, only] = links
    stack = await startStack({
      nodeSettings: (name) => ({
        cluster_control_plane: name === 'dataplane-1' ? `${first.address}, ${second.address}` : only.address,
      }),
    })
    for (const link of [first, only]) link.leadTo(stack.hub.address)
    await route(stack, 'before')
    await inSync(stack, 2)
    second.leadTo((await stack.addHub('hub-2')).address)
  })
  afterAll(async () => {
    await stack?.close()
    await Promise.all(links.map((link) => link.close()))
  })

  const told = async ({ status }: Node) =>
    (await send(`${status}/status`)).json<{ control_plane: Row; node: Row }>()
  const offline = async () =>
    (await dataPlanes(stack)).filter(({ state }) => state === 'offline').map(({ id }) => id)
  const noticed = (check: () => Promise<unknown>) => eventually(check, NOTICED_WITHIN_MS)

  it('is noticed by a node whose hub is frozen, which goes to another (e2e-27)', async () => {
    const [node] = stack.nodes
    const [first, second] = links
    expect(await told(node)).toMatchObject({ control_plane: { hub: { address: first.address } } })
    const hub = { address: second.address }
    process.kill(stack.hub.pid(), 'SIGSTOP')
    try {
      await noticed(async () => expect(await told(node)).toMatchObject({ control_plane: { hub } }))
      await route(stack, 'meanwhile')
      await serves(node, '/meanwhile')
    } finally {
      process.kill(stack.hub.pid(), 'SIGCONT')
    }
    await inSync(stack, 2)
  })

  it('is noticed by the hub, be it a node that is frozen or a line that carries nothing any more (e2e-27)', async () => {
    const [frozen, cutOff] = stack.nodes
    const ids = await Promise.all([frozen, cutOff].map(async (node) => String((await told(node)).node.id)))
    const [, , only] = links
    only.freeze()
    process.kill(frozen.pid(), 'SIGSTOP')
    try {
      await Promise.all([
        noticed(async () => expect((await offline()).toSorted()).toEqual(ids.toSorted())),
        noticed(async () => expect(await told(cutOff)).toMatchObject({ control_plane: { hub: null } })),
      ])
      await route(stack, 'asleep')
    } finally {
      process.kill(frozen.pid(), 'SIGCONT')
      only.mend()
    }
    await Promise.all(stack.nodes.map((node) => serves(node, '/asleep')))
    await inSync(stack, 2)
  })
})
