import type { NodeReport } from '@biplane/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import type { RegisterWorld } from './register.contract.ts'
import type { NodeRow } from './rows.ts'

type Tell = (hub: string, session: number, ...nodes: Partial<NodeReport>[]) => Promise<unknown>

/** How the contract of registers speaks to one. */
export interface Talk {
  world(): RegisterWorld
  readonly hubs: readonly [string, string]
  /** The id of a node whose reports name none. */
  readonly node: string
  readonly complete: Tell
  readonly changed: Tell
  heartbeat(hub: string, session: number): Promise<void>
  list(): Promise<readonly NodeRow[]>
}

/** What every register promises of two processes that come with the same id. */
export function oneIdContract({ world, hubs: [A, B], node, complete, changed, heartbeat, list }: Talk): void {
  describe('two processes of one id at two hubs', () => {
    const [first, second] = [
      { instance: 'first', hostname: 'first' },
      { instance: 'second', hostname: 'second', session: 200 },
    ]
    const listed = async () =>
      (await list()).map(({ id, state, hostname, duplicateOf }) => ({
        id,
        is: `${state.kind} ${hostname}`,
        duplicateOf,
      }))
    const one = (is: string) => [{ id: node, is, duplicateOf: null }]
    const heard = async (seconds: number, ...hubs: string[]) => {
      await world().silence(seconds)
      for (const hub of hubs) await heartbeat(hub, 1)
    }
    beforeEach(async () => {
      await complete(A, 1, first)
      await complete(B, 1, second)
    })

    it('share no row: it shows when the first is still there that they are two', async () => {
      expect(await listed()).toEqual(one('in_sync first'))
      await changed(B, 1, second)
      await changed(A, 1, { ...first, hostname: 'still first' })
      expect(await listed()).toEqual(one('in_sync still first'))
      await heard(25, A, B)
      const clone = { id: expect.not.stringContaining(node), is: 'in_sync second', duplicateOf: node }
      expect(await listed()).toEqual(expect.arrayContaining([...one('in_sync still first'), clone]))
      await changed(B, 1, { ...second, state: { kind: 'offline' } })
      expect(await listed()).toEqual(
        expect.arrayContaining([...one('in_sync still first'), { ...clone, is: 'offline second' }]),
      )
    })

    it('are one where the session of the first was half open', async () => {
      await changed(A, 1, { ...first, state: { kind: 'offline' } })
      expect(await listed()).toEqual(one('in_sync second'))
      await changed(B, 1, second)
      expect(await listed()).toEqual(one('in_sync second'))
    })

    it('are one where the hub of the first is gone', async () => {
      await heard(6, B)
      expect(await listed()).toEqual(one('in_sync second'))
      expect(await world().register.find(node)).toMatchObject({ hostname: 'second', hubId: B })
      expect(await world().register.remove(node)).toBe('connected')
      expect(await listed()).toEqual(one('in_sync second'))
    })

    it('are one where the second is gone before it was known to be there', async () => {
      await complete(B, 1)
      await heard(25, A, B)
      expect(await listed()).toEqual(one('in_sync first'))
    })

    it('are both waited for', async () => {
      const { revision } = await world().head()
      expect((await world().register.missing(revision + 1, 10)).total).toBe(2)
    })
  })
}
