import type { Capability, Rule } from '@biplane/compat'
import { NOWHERE, type Position } from '@biplane/protocol'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ConfiguredPlugins } from './configured-plugins.ts'
import { aDelete, afterChanges, anUpsert, changesOf, EPOCH, log, MemoryCopy } from './fixtures.ts'
import { Slots } from './slots.ts'
import type { View } from './view.ts'
import { Views } from './views.ts'

const { signal } = new AbortController()
const whole: Capability = { before: null, lacks: [], missingFilters: [], unknownKinds: [] }
const reason = { kind: 'plugin_set_incompatible', message: 'cors is missing', subject: 'cors' } as const
const withoutCors: Capability = { ...whole, lacks: [{ plugin: 'cors', withheld: reason }] }
const service = (id: string, name: string) => anUpsert('services', { id, name })
const cors = anUpsert('plugins', { id: 'p', name: 'cors' })

let copy: MemoryCopy
let slots: Slots
let views: Views

beforeEach(() => {
  copy = new MemoryCopy()
  copy.set(afterChanges(new Map(), [service('s', 'first')]), 1)
  slots = new Slots(1, 600_000)
  views = new Views({ copy, slots, windowBytes: 1 << 20, lingerMs: 1, refuseInsecure: false, log, signal })
})

function write(...changes: Parameters<Views['stage']>[0]): Position {
  const replacements = views.stage(changes)
  const to = copy.set(afterChanges(copy.entitiesByKey, changes), copy.position.revision + 1)
  views.advance(to, replacements)
  return to
}

/** As a node that takes what it is given: the slot of a snapshot is free once it was read. */
async function taken(view: View, known: Position, seen: Position | null = null) {
  const update = await view.next(known, seen, signal)
  if (update.kind === 'snapshot') await changesOf(update)
  return update
}

describe('a view', () => {
  it('makes a node that is current wait, and wakes it with the next change', async () => {
    const { view } = views.use(whole)
    const current = copy.position
    const waiting = view.next(current, null, signal)
    const to = write(service('s', 'second'))
    expect(await waiting).toMatchObject({ kind: 'delta', from: current, to })
  })

  it('encodes a delta once for all nodes, of whatever capability the hub need not reduce for', async () => {
    const known = copy.position
    write(service('s', 'second'))
    const [one, two] = await Promise.all(
      [whole, withoutCors].map((each) => views.use(each).view.next(known, null, signal)),
    )
    if (one?.kind !== 'delta' || two?.kind !== 'delta') throw new Error('deltas were expected')
    expect(one.body).toBe(two.body)
  })

  it('encodes a snapshot once, and leads on from it with a delta', async () => {
    const { view } = views.use(whole)
    const first = await taken(view, NOWHERE)
    const to = write(service('t', 'another'))
    const second = await taken(view, NOWHERE)
    if (first.kind !== 'snapshot' || second.kind !== 'snapshot') throw new Error('snapshots were expected')
    expect(second.to).toEqual(first.to)
    expect(second.body.chunks()).toBeDefined()
    expect(await taken(view, second.to, second.to)).toMatchObject({ kind: 'delta', to })
  })

  it('does not offer again the snapshot that was rejected', async () => {
    const { view } = views.use(whole)
    const rejected = await taken(view, NOWHERE)
    const to = write(service('s', 'better'))
    expect(await taken(view, NOWHERE, rejected.to)).toMatchObject({ kind: 'snapshot', to })
  })

  it.each<[string, (current: Position) => Position]>([
    ['an unknown hash', (at) => ({ ...at, hash: 'f'.repeat(32) })],
    ['an unknown epoch', (at) => ({ ...at, epoch: '33333333-3333-4333-8333-333333333333' })],
    ['a revision of the future', (at) => ({ ...at, revision: 99 })],
    ['nothing', () => NOWHERE],
  ])('gives a snapshot to a node that has %s', async (_, known) => {
    const { view } = views.use(whole)
    expect(await taken(view, known(copy.position))).toMatchObject({ kind: 'snapshot', to: copy.position })
  })

  it('withholds while a plugin that the nodes lack is configured, even from a node that is current', async () => {
    const { view } = views.use(withoutCors)
    const known = copy.position
    const withheld = write(cors)
    expect(await taken(view, withheld)).toEqual({ kind: 'withheld', to: withheld, reason })
    const waiting = taken(view, known, withheld)
    const to = write(aDelete('plugins', 'p'))
    expect(await waiting).toMatchObject({ kind: 'delta', from: known, to })
  })

  it('tells a node that was taken back to where it is that it is current', async () => {
    const { view } = views.use(whole)
    const known = copy.position
    const rejected = write(service('s', 'bad'))
    copy.set(afterChanges(new Map(), [service('s', 'first')]), 1)
    await views.replace(new ConfiguredPlugins())
    const update = await taken(view, known, rejected)
    if (update.kind !== 'delta') throw new Error('a delta was expected')
    expect(update.to).toEqual(known)
    expect(await changesOf(update)).toEqual([])
  })

  it('says so when the hub has no config yet, and gives the first one when it comes', async () => {
    const empty = new MemoryCopy()
    const options = { copy: empty, slots, windowBytes: 1, lingerMs: 1, refuseInsecure: false, log, signal }
    const early = new Views(options)
    const { view } = early.use(whole)
    const has = { epoch: EPOCH, revision: 9, hash: 'a'.repeat(32) }
    expect(await view.next(has, null, signal)).toMatchObject({
      kind: 'withheld',
      reason: { kind: 'source_empty' },
    })
    const waiting = taken(view, has, NOWHERE)
    const to = empty.set(afterChanges(new Map(), [service('s', 'x')]), 1)
    await early.replace(new ConfiguredPlugins())
    expect(await waiting).toMatchObject({ kind: 'snapshot', to })
  })

  it('sends a delta that outgrew the snapshot as a snapshot', async () => {
    const { view } = views.use(whole)
    const known = copy.position
    const name = 'x'.repeat(300 * 1024)
    write(...Array.from({ length: 3 }, (_, i) => service(`${i}`, name)))
    expect(await taken(view, known)).toMatchObject({ kind: 'snapshot' })
  })

  it('lets only so many snapshots be under way, and gives up its place with the session', async () => {
    const { view } = views.use(whole)
    const first = await view.next(NOWHERE, null, signal)
    const session = new AbortController()
    const gone = view.next(NOWHERE, null, session.signal)
    const second = taken(view, NOWHERE)
    expect(slots.waiting).toBe(2)
    session.abort(new Error('gone'))
    await expect(gone).rejects.toThrow('gone')
    if (first.kind !== 'snapshot') throw new Error('a snapshot was expected')
    await changesOf(first)
    expect(await second).toMatchObject({ kind: 'snapshot' })
  })

  it('does not start nodes from a config that lacks what was refused, though it is gone when the snapshot is ready', async () => {
    const rules: Rule[] = [{ since: '3.4.0', on: 'services', added: 'field', field: 'tls', older: 'refuse' }]
    copy.set(afterChanges(new Map(), [service('s', 'x'), anUpsert('services', { id: 't', tls: true })]), 1)
    views = new Views({
      copy,
      slots,
      windowBytes: 1_000,
      lingerMs: 1,
      refuseInsecure: false,
      log,
      rules,
      signal,
    })
    const { view } = views.use({ ...whole, before: '3.4.0' })
    const waiting = taken(view, NOWHERE)
    const to = write(aDelete('services', 't'))
    expect(await waiting).toMatchObject({ kind: 'snapshot', to: { revision: to.revision } })
  })

  it.each(['while they connect', 'by a change'])(
    'keeps from older nodes what would leave them less secure, %s, where that is refused',
    async (when) => {
      const secure = anUpsert('services', { id: 't', protocol: 'tls', tls_verify: true })
      const options = { copy, slots, windowBytes: 1 << 20, lingerMs: 1, log, signal }
      if (when === 'while they connect') write(secure)
      views = new Views({ ...options, refuseInsecure: true })
      const { view } = views.use({ ...whole, before: '3.2.0' })
      const known = when === 'while they connect' ? NOWHERE : await view.read()
      if (when !== 'while they connect') write(secure)
      const withheld = await taken(view, known)
      expect(withheld).toMatchObject({ kind: 'withheld', reason: { kind: 'kong_version_incompatible' } })
      expect(view.reductions).toEqual([])
      const waiting = taken(view, known, withheld.to)
      const to = write(anUpsert('services', { id: 't', protocol: 'tls', tls_verify: false }))
      expect(await waiting).toMatchObject({ to: { revision: to.revision } })
      expect(view.withheld).toBeNull()
    },
  )

  it('rejects when the session ends while it waits', async () => {
    const { view } = views.use(whole)
    const session = new AbortController()
    const waiting = view.next(copy.position, null, session.signal)
    session.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
  })
})

describe('views', () => {
  it('live while somebody uses them, and a little longer', async () => {
    const [one, two] = [views.use(withoutCors), views.use(withoutCors)]
    expect(one.view).toBe(two.view)
    one.release()
    one.release()
    expect(views.size).toBe(1)
    two.release()
    const again = views.use(withoutCors)
    expect(again.view).toBe(one.view)
    again.release()
    await vi.waitFor(() => expect(views.size).toBe(0))
  })
})
