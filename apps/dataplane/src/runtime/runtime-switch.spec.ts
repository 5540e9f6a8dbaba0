import type { GenerationAddress, PinnedView } from '@biplane/config-store'
import type { Route } from '@biplane/entities'
import { type EncodedChange, encodeChange, NOWHERE, type Position } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import { aRequest, aRoute } from '../router/fixtures/a-route.ts'
import { compiler } from './compile.ts'
import { Live } from './live.ts'
import { emptyRuntime } from './runtime.ts'
import { RuntimeSwitch } from './runtime-switch.ts'

const at = (revision: number): Position => ({ ...NOWHERE, revision })

/** Generations in memory, by name, and which views of them are still held. */
function aReader(
  generations: Record<string, { position: Position; routes: string[] }>,
  fieldsOf: (id: string) => Partial<Route> = (id) => ({ paths: [`/${id}`] }),
) {
  const held: string[] = []
  const pin = ({ directory: generation }: GenerationAddress): PinnedView => {
    const { position, routes } = generations[generation] ?? { position: NOWHERE, routes: [] }
    const encoded = routes.map((id): EncodedChange => {
      const entity = aRoute({ id, ...fieldsOf(id) })
      return encodeChange({ op: 'upsert', kind: 'routes', id, entity })
    })
    held.push(generation)
    return {
      position,
      get: () => undefined,
      lookup: () => undefined,
      list: () => [],
      *entities(kind) {
        for (const { id, bytes } of encoded)
          if (kind === 'routes' && bytes !== null) yield { kind, id, bytes }
      },
      release: () => {
        held.splice(held.indexOf(generation), 1)
      },
    }
  }
  return { held, pin }
}

const named = (directory: string): GenerationAddress => ({ directory, key: null })

function aSwitch(...stored: Parameters<typeof aReader>) {
  const reader = aReader(...stored)
  const live = new Live(emptyRuntime(NOWHERE))
  const runtimes = new RuntimeSwitch(live, compiler(new Map()), reader)
  const serves = (path: string) => live.current.parts.router.value.match(aRequest({ path })) !== undefined
  const put = (id: string) => ({
    op: 'upsert' as const,
    kind: 'routes',
    id,
    entity: aRoute({ id, paths: [`/${id}`] }),
  })
  return { live, runtimes, serves, put, held: reader.held }
}

describe('RuntimeSwitch', () => {
  it('serves nothing of what is prepared before the swap, and all of it afterwards', () => {
    const { runtimes, serves, put, live } = aSwitch({ g: { position: at(1), routes: [] } })
    expect(runtimes.prepareChanges([put('a')])).toEqual([])
    expect(runtimes.prepareChanges([put('b')])).toEqual([])
    expect([serves('/a'), serves('/b')]).toEqual([false, false])
    runtimes.swap(named('g'), at(1))
    expect([serves('/a'), serves('/b')]).toEqual([true, true])
    expect(live.current.position).toEqual(at(1))
  })

  it('replaces everything by a generation, and lets go of the one before', async () => {
    const generations = { old: { position: at(1), routes: ['a'] }, new: { position: at(2), routes: ['b'] } }
    const { runtimes, serves, held } = aSwitch(generations)
    await runtimes.serveStored(named('old'))
    expect(await runtimes.prepareGeneration(named('new'))).toEqual([])
    expect([serves('/a'), serves('/b')]).toEqual([true, false])
    runtimes.swap(named('new'), at(2))
    expect([serves('/a'), serves('/b')]).toEqual([false, true])
    expect(held).toEqual(['new'])
  })

  it('gives up a load that is under way when the node stops, and lets go of it', async () => {
    const routes = Array.from({ length: 1_000 }, (_, i) => `r${i}`)
    const { runtimes, held } = aSwitch({ g: { position: at(1), routes } })
    const loading = runtimes.prepareGeneration(named('g'))
    runtimes.giveUp()
    expect(await loading).toMatchObject([{ message: 'this node is stopping' }])
    expect(held).toEqual([])
    expect(() => runtimes.swap(named('g'), at(1))).toThrow('nothing was prepared')
  })

  it('does not tell more of what does not compile than anybody reads', async () => {
    const routes = Array.from({ length: 1_000 }, (_, i) => `r${i}(`)
    const { runtimes, held } = aSwitch({ g: { position: at(1), routes } }, (id) => ({ paths: [`~/${id}`] }))
    expect(await runtimes.prepareGeneration(named('g'))).toHaveLength(50)
    expect(held).toEqual([])
  })

  it('forgets what was prepared', async () => {
    const { runtimes, serves, put, held } = aSwitch({ g: { position: at(1), routes: ['a'] } })
    await runtimes.prepareGeneration(named('g'))
    runtimes.discard()
    runtimes.prepareChanges([put('b')])
    runtimes.discard()
    expect(held).toEqual([])
    expect(() => runtimes.swap(named('g'), at(1))).toThrow('nothing was prepared')
    expect([serves('/a'), serves('/b')]).toEqual([false, false])
  })

  it('does not serve from a store that is not where it should be', () => {
    const { runtimes, serves, put, held } = aSwitch({ g: { position: at(1), routes: [] } })
    runtimes.prepareChanges([put('a')])
    expect(() => runtimes.swap(named('g'), at(2))).toThrow('the store is at revision 1, not at 2')
    expect(serves('/a')).toBe(false)
    expect(held).toEqual([])
  })

  it('refuses what does not compile, and keeps nothing of it', async () => {
    const { runtimes, put } = aSwitch({ g: { position: at(1), routes: [] } })
    const broken = { ...put('x'), entity: aRoute({ id: 'x', paths: ['~/('] }) }
    expect(runtimes.prepareChanges([put('a'), broken])).toMatchObject([
      { kind: 'routes', id: 'x', field: 'paths' },
    ])
    expect(() => runtimes.swap(named('g'), at(1))).toThrow('nothing was prepared')
  })
})
