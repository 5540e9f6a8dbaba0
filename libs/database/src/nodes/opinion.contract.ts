import { randomUUID } from 'node:crypto'
import type { NodeHealth, UpstreamHealth } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import type { Talk } from './one-id.contract.ts'
import { aReport } from './register.contract.ts'

const offline = { state: { kind: 'offline' } } as const

/** What every register promises of what nodes think of upstreams. */
export function opinionContract({ world, hubs: [A, B], node, complete, changed, list }: Talk): void {
  describe('what a node thinks of an upstream', () => {
    const tells = (hub: string, session: number, given: Partial<NodeHealth> = {}, complete = false) => {
      const health = { upstreams: [trouble], incomplete: false }
      const told = { nodeId: node, instance: 'i', session: 100, toldAt: 7, health, ...given }
      return world().register.report(hub, session, { complete, nodes: [], health: [told] })
    }
    const opinions = async (upstream = trouble.id, targets = trouble.targets.map(({ id }) => id)) =>
      (await world().register.list({ size: 100, opinionOn: { upstream, targets } })).rows.map(
        ({ opinion }) => opinion,
      )

    it('is what it told last, of every upstream, and changes no revision', async () => {
      await complete(A, 1, {})
      const head = await world().head()
      expect(await opinions()).toEqual([null])
      await tells(A, 1)
      expect(await opinions()).toEqual([{ toldAt: 7, upstream: trouble, incomplete: false }])
      expect(await opinions(trouble.id, [randomUUID()])).toMatchObject([
        { upstream: { usable: false, targets: [] } },
      ])
      expect(await opinions(randomUUID())).toEqual([{ toldAt: 7, upstream: null, incomplete: false }])
      await tells(A, 1, { toldAt: 9, health: { upstreams: [], incomplete: true } })
      expect(await opinions()).toEqual([{ toldAt: 9, upstream: null, incomplete: true }])
      expect(await world().head()).toEqual(head)
      expect((await list())[0]).not.toHaveProperty('opinion')
    })

    it('stays while its row changes, and may come with it', async () => {
      const head = await world().head()
      const told = { nodeId: node, instance: 'i', session: 100, toldAt: 7 }
      const health = [{ ...told, health: { upstreams: [trouble], incomplete: false } }]
      await world().register.report(A, 1, { complete: true, nodes: [aReport(head, {})], health })
      await changed(A, 1, { hostname: 'renamed' })
      expect(await opinions()).toMatchObject([{ upstream: trouble }])
    })

    it('is over with its session, with the node, and while nobody hears its hub', async () => {
      await complete(A, 1, {})
      await tells(A, 1)
      await changed(A, 1, { session: 101 })
      expect(await opinions()).toEqual([null])
      await tells(A, 1, { session: 101 })
      expect(await opinions()).toMatchObject([{ upstream: trouble }])
      await world().silence(30)
      expect(await opinions()).toEqual([null])
      await complete(A, 2, { session: 101 })
      await changed(A, 2, { session: 101, ...offline })
      expect(await opinions()).toEqual([null])
    })

    it.each<[string, Partial<NodeHealth>, string]>([
      ['another process', { instance: 'j' }, A],
      ['another session', { session: 99 }, A],
      ['another hub', {}, B],
      ['a node that nobody knows', { nodeId: randomUUID() }, A],
      ['no node', { nodeId: 'x' }, A],
    ])('is not what %s tells', async (_who, given, hub) => {
      await complete(A, 1, {})
      await complete(B, 1)
      await tells(hub, 1, given)
      expect(await opinions()).toEqual([null])
    })

    it('may hold anything that a node can say', async () => {
      await complete(A, 1, {})
      const targets = [{ id: '\0', health: 'UNHEALTHY', dns: '\ud800', addresses: [] }] as const
      const upstreams = [
        { ...trouble, targets },
        { ...trouble, id: '\0__proto__' },
      ]
      expect(await tells(A, 1, { health: { upstreams, incomplete: false } })).toBe('applied')
      expect(await opinions()).toMatchObject([{ upstream: { id: trouble.id } }])
    })

    it('is that of each process where two have one id', async () => {
      await complete(A, 1, {})
      await complete(B, 1, { instance: 'j', session: 200 })
      await tells(A, 1)
      const other = { ...trouble, usable: true }
      const health = { upstreams: [other], incomplete: false }
      await tells(B, 1, { instance: 'j', session: 200, health })
      await changed(A, 1, offline)
      expect(await opinions()).toMatchObject([{ upstream: { usable: true } }])
    })
  })
}

const trouble: UpstreamHealth = {
  ...{ id: randomUUID(), usable: false, weight: 100, availableWeight: 0 },
  targets: [
    {
      ...{ id: randomUUID(), health: 'UNHEALTHY', dns: 'A' },
      addresses: [{ ip: '10.0.0.1', port: 80, weight: 100, unhealthySince: 5 }],
    },
  ],
}
