import { randomUUID } from 'node:crypto'
import { type Database, migrate, Repository, readHead, startEpoch, type Written } from '@biplane/database'
import { NOWHERE, type Position, type Update } from '@biplane/protocol'
import { runSql } from '@biplane/tools/postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { useDatabases } from '../fixtures/admin.ts'
import { aService } from '../fixtures/entities.ts'
import { Mirror } from '../fixtures/follower.ts'
import { JournalSource } from './journal-source.ts'

const databases = useDatabases()
let db: Database
let stop: AbortController
let running: Promise<unknown>[]

beforeEach(async () => {
  stop = new AbortController()
  running = []
  db = await databases.migrated()
})
afterEach(async () => {
  stop.abort()
  await Promise.allSettled(running)
})

describe('a follower', () => {
  it('that is behind gets what happened since, in one delta', async () => {
    const source = started()
    const mirror = await current(source)
    const services = [await write(), await write()]
    const update = await source.next(mirror.position, mirror.position, stop.signal)
    await mirror.apply(update)
    if (mirror.position.revision < revisionOf(services)) await mirror.apply(await next(source, mirror))
    expect(mirror.position).toEqual(await readHead(db))
    expect(mirror.kinds.slice(1)).not.toContain('snapshot')
    for (const { entity } of services) expect(mirror.has('services', entity.id)).toBe(true)
  })

  it('that is further behind than the window gets it from the journal', async () => {
    const before = started()
    const mirror = await current(before)
    await write()
    const late = started()
    await current(late) // its window begins here
    await mirror.apply(await next(late, mirror))
    expect(mirror.kinds).toEqual(['snapshot', 'delta'])
    expect(mirror.position).toEqual(await readHead(db))
  })

  it('that has everything waits for the next write', async () => {
    const source = started()
    const mirror = await current(source)
    const coming = next(source, mirror)
    expect(await Promise.race([coming, Promise.resolve('waiting')])).toBe('waiting')
    const { revision } = await write()
    expect(await coming).toMatchObject({ kind: 'delta', to: { revision } })
  })

  it('that stops waiting is told why', async () => {
    const source = started()
    const mirror = await current(source)
    const leaving = new AbortController()
    const coming = source.next(mirror.position, mirror.position, leaving.signal)
    leaving.abort(new Error('it left'))
    await expect(coming).rejects.toThrow('it left')
  })

  it('that rejected a revision is offered the next one only', async () => {
    const source = started()
    const mirror = await current(source)
    await write()
    const rejected = await next(source, mirror)
    const coming = source.next(mirror.position, rejected.to, stop.signal)
    expect(await Promise.race([coming, Promise.resolve('waiting')])).toBe('waiting')
    const { revision } = await write()
    expect(await coming).toMatchObject({ kind: 'delta', from: mirror.position, to: { revision } })
  })

  it.each<[string, (head: Position) => Position]>([
    ['nowhere', () => NOWHERE],
    ['ahead of the journal', (head) => ({ ...head, revision: head.revision + 5 })],
    ['at another hash', (head) => ({ ...head, hash: 'f'.repeat(32) })],
    ['in another epoch', (head) => ({ ...head, epoch: randomUUID() })],
    ['in an epoch that is no id', (head) => ({ ...head, epoch: "'; drop table journal; --" })],
  ])('that is %s gets a snapshot', async (_where, from) => {
    const source = started()
    await write()
    const update = await source.next(from(await readHead(db)), null, stop.signal)
    expect(update).toMatchObject({ kind: 'snapshot', to: await readHead(db) })
    await new Mirror().apply(update)
  })

  it('gets nothing twice while others write all the time', async () => {
    const source = started()
    const mirror = new Mirror()
    const written = Promise.all(Array.from({ length: 8 }, () => writes(5)))
    let busy = true
    const done = written.finally(() => {
      busy = false
    })
    while (busy || mirror.position.revision < (await readHead(db)).revision)
      await mirror.apply(await source.next(mirror.position, mirror.position, stop.signal))
    await done
    expect(mirror.kinds.filter((kind) => kind === 'snapshot')).toHaveLength(1)
    expect(mirror.position).toEqual(await readHead(db))
  })
})

describe('snapshots', () => {
  it('are shared by hubs that come together', async () => {
    const source = started()
    await write()
    const updates = await Promise.all(
      Array.from({ length: 8 }, () => source.next(NOWHERE, null, stop.signal)),
    )
    expect(new Set(updates.map(bodyOf)).size).toBe(1)
  })

  it('serve later hubs too, which a delta then brings to the head', async () => {
    const source = started()
    const first = await source.next(NOWHERE, null, stop.signal)
    const { entity } = await write()
    const mirror = new Mirror()
    await eventuallyAt(source, mirror)
    expect(mirror.kinds[0]).toBe('snapshot')
    expect(mirror.has('services', entity.id)).toBe(true)
    expect(first.to.revision).toBeLessThan(mirror.position.revision)
  })

  it('are made anew for a hub that rejected the last one', async () => {
    const source = started()
    const first = await source.next(NOWHERE, null, stop.signal)
    const { revision } = await write()
    const second = await source.next(NOWHERE, first.to, stop.signal)
    expect(second).toMatchObject({ kind: 'snapshot', to: { revision } })
  })
})

it('a database that was put back to an earlier state leads its followers there by snapshot', async () => {
  const [name, copy] = [`kong_${randomUUID()}`, `kong_${randomUUID()}`]
  const owner = databases.postgres
  await runSql(owner, `create database "${name}"`)
  const settings = databases.settings(name)
  const early = databases.open(settings)
  await migrate(early)
  await write(early)
  await early.close()
  await runSql(owner, `create database "${copy}" template "${name}"`)

  db = databases.open(settings)
  const source = started()
  const lost = await write()
  const mirror = await current(source)
  expect(mirror.has('services', lost.entity.id)).toBe(true)
  const coming = next(source, mirror)
  await runSql(owner, `drop database "${name}" with (force)`, `create database "${name}" template "${copy}"`)
  await mirror.apply(await coming)
  expect(mirror.kinds.at(-1)).toBe('snapshot')
  expect(mirror.has('services', lost.entity.id)).toBe(false)

  // The same revision again, with another content: only the hash tells that it is another one.
  const other = await write()
  expect(other.revision).toBe(lost.revision)
  await mirror.apply(await next(source, mirror))
  expect(mirror.has('services', other.entity.id)).toBe(true)
  expect(mirror.position).toEqual(await readHead(db))
})

it('a new epoch leads its followers there by snapshot while it is followed, though the config is the same', async () => {
  const source = started()
  await write()
  const mirror = await current(source)
  const coming = next(source, mirror)
  await startEpoch(db)
  await mirror.apply(await coming)
  expect(mirror.kinds.at(-1)).toBe('snapshot')
  expect(mirror.position).toEqual(await readHead(db))
  await write()
  await mirror.apply(await next(source, mirror))
  expect(mirror.kinds.at(-1)).toBe('delta')
})

it('a database that goes away and comes back is followed on, and nothing is missed', async () => {
  const outages: (string | null)[] = []
  const source = started((outage) => outages.push(outage === null ? null : 'away'))
  const mirror = await current(source)
  const coming = next(source, mirror)
  await databases.restarted(async () => {
    while (!outages.includes('away')) await new Promise(setImmediate)
  })
  const { entity } = await write()
  await mirror.apply(await coming)
  expect(mirror.has('services', entity.id)).toBe(true)
})

function started(onLook: (outage: Error | null) => void = () => undefined): JournalSource {
  const source = new JournalSource(db)
  running.push(source.run(stop.signal, onLook))
  return source
}

function write(to = db): Promise<Written> {
  return new Repository(to).create('services', aService())
}

async function writes(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await write()
}

function next(source: JournalSource, { position }: Mirror): Promise<Update> {
  return source.next(position, position, stop.signal)
}

/** A follower with everything that there is. */
async function current(source: JournalSource): Promise<Mirror> {
  const mirror = new Mirror()
  await eventuallyAt(source, mirror)
  return mirror
}

async function eventuallyAt(source: JournalSource, mirror: Mirror): Promise<void> {
  const { revision } = await readHead(db)
  while (mirror.position.revision < revision) await mirror.apply(await next(source, mirror))
}

function revisionOf(written: readonly Written[]): number {
  return Math.max(...written.map(({ revision }) => revision ?? 0))
}

function bodyOf(update: Update): object | undefined {
  return update.kind === 'withheld' ? undefined : update.body
}
