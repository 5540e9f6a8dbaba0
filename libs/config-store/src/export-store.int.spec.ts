import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { EncodedChange } from '@biplane/protocol'
import { expect, it } from 'vitest'
import { type Exported, type ExportOptions, exportStore } from './export-store.ts'
import {
  aConsumer,
  aCredential,
  aRoute,
  changed,
  entitiesOf,
  modelAt,
  modelOf,
  positionOf,
  stepAt,
} from './fixtures.ts'
import type { GenerationAddress } from './generation-address.ts'
import { toText, toTexts } from './key-text.ts'
import type { Store } from './store.ts'
import { applyTo, describeStores, fill, openTestStore, storeDirectory } from './test-store.ts'

const ENTITIES = Array.from({ length: 3000 }, (_, i) => [
  aConsumer(`c${i}`),
  aCredential(`k${i}`, `secret-${i}`, `c${i}`),
]).flat()

/** A store that was closed in order. */
async function closedStore(entities: readonly EncodedChange[] = ENTITIES): Promise<Store> {
  const store = await openTestStore()
  await fill(store, entities, 7)
  store.setMeta('welcome', { version: '3.4.0' })
  await store.close()
  return store
}

const directoryOf = (store: Store): string => dirname(store.generation.directory)

/** What lies in a directory; nothing in what is none. */
const lying = (path: string): string[] => (statSync(path).isDirectory() ? readdirSync(path) : [])

function exported(outcome: { kind: string }): asserts outcome is Exported {
  expect(outcome).toMatchObject({ kind: 'exported' })
}

describeStores('a copy', ({ keys }) => {
  it('of a stopped store opens as one, with all it holds and what it knows of its source', async () => {
    const store = await closedStore()
    const to = storeDirectory()
    const progress: number[][] = []
    const outcome = await exportStore({
      keys,
      from: directoryOf(store),
      to,
      onProgress: (...how) => progress.push(how),
    })
    exported(outcome)
    expect(outcome).toMatchObject({ position: { revision: 7 }, entities: ENTITIES.length })
    expect(progress).toEqual([2000, 4000, 6000, 6000].map((entities) => [entities, 6000]))
    const warnings: object[] = []
    const copy = await openTestStore({ directory: to, warnings })
    expect(modelOf(copy)).toEqual(modelOf(await openTestStore({ directory: directoryOf(store) })))
    expect(copy.position).toEqual(outcome.position)
    expect(copy.lookup('keyauth_credentials', 'key', 'secret-2999')).toBe('k2999')
    expect(copy.getMeta('welcome')).toEqual({ version: '3.4.0' })
    expect(warnings).toEqual([])
  })

  it('holds nothing but one generation, is closed to others, and leaves nothing beside it', async () => {
    const store = await closedStore()
    const to = storeDirectory()
    const outcome = await exportStore({ keys, from: directoryOf(store), to })
    exported(outcome)
    const [generation = '', ...rest] = readdirSync(to).sort()
    expect(rest).toEqual(['marks', 'store.json'])
    const files = [join(generation, 'data.mdb'), join(generation, 'lock.mdb'), ...rest]
    const sizes = files.map((file) => statSync(join(to, file)).size)
    expect(outcome.bytes).toBe(sizes.reduce((sum, size) => sum + size))
    expect(statSync(to).mode & 0o777).toBe(0o700)
    expect(files.map((file) => statSync(join(to, file)).mode & 0o077)).toEqual([0, 0, 0, 0])
    expect(lying(dirname(to))).toEqual([basename(to)])
  })

  it('of a store that is written meanwhile, by deltas and snapshots, is whole and of one revision', async () => {
    const store = await openTestStore()
    let revision = 0
    let wanted = true
    const writing = (async () => {
      for (revision = 1; wanted; revision++) {
        if (revision % 5 === 0) await fill(store, entitiesOf(modelAt(revision)), revision)
        else store.applyDelta(store.position, positionOf(modelAt(revision), revision), stepAt(revision))
        await new Promise((done) => setImmediate(done))
      }
    })()
    await expect.poll(() => revision).toBeGreaterThan(5)
    for (let round = 0; round < 5; round++) {
      const before = store.position.revision
      const to = storeDirectory()
      const outcome = await exportStore({ keys, from: directoryOf(store), to })
      exported(outcome)
      const copy = await openTestStore({ directory: to })
      expect(modelOf(copy)).toEqual(modelAt(copy.position.revision))
      expect(copy.position.revision).toBeGreaterThanOrEqual(before)
      expect(copy.position.revision).toBeLessThanOrEqual(store.position.revision)
    }
    wanted = false
    await writing
    expect(store.position.revision).toBeGreaterThan(10)
  })

  it('takes the place of an empty directory', async () => {
    const store = await closedStore([aRoute('r1')])
    const to = storeDirectory()
    mkdirSync(to)
    exported(await exportStore({ keys, from: directoryOf(store), to }))
    expect(modelOf(await openTestStore({ directory: to })).size).toBe(1)
  })

  it('clears away what one that was killed left at its place, and no other', async () => {
    const store = await closedStore([aRoute('r1')])
    const to = storeDirectory()
    const { pid: gone } = spawnSync('true')
    const [dead, live] = [`${to}.exporting-${gone}-aaaaaa`, `${to}.exporting-${process.pid}-aaaaaa`]
    for (const directory of [dead, live, `${to}-2.exporting-${gone}-aaaaaa`])
      mkdirSync(join(directory, 'config'), { recursive: true })
    exported(await exportStore({ keys, from: directoryOf(store), to }))
    const names = [to, live, `${to}-2.exporting-${gone}-aaaaaa`].map((path) => basename(path))
    expect(lying(dirname(to)).toSorted()).toEqual(names.toSorted())
  })

  it('makes the directories above it', async () => {
    const store = await closedStore([aRoute('r1')])
    exported(await exportStore({ keys, from: directoryOf(store), to: join(storeDirectory(), 'a', 'b') }))
  })
})

describeStores('no copy is made', ({ on, keys }) => {
  const REFUSED: [string, string, (at: { from: string; to: string; file: string }) => void][] = [
    [
      'where a directory is not empty',
      'occupied',
      ({ to }) => mkdirSync(join(to, 'other'), { recursive: true }),
    ],
    ['where a file is', 'occupied', ({ to }) => writeFileSync(to, '')],
    ['below a file', 'unwritable', ({ to }) => makeFile(dirname(to))],
    ['of nothing', 'missing', ({ from }) => rmSync(from, { recursive: true })],
    ['of a file', 'unreadable', ({ from }) => makeFile(from)],
    ['of a store without description', 'missing', ({ from }) => rmSync(join(from, 'store.json'))],
    [
      'of a store of another format',
      'unreadable',
      ({ from }) => writeFileSync(join(from, 'store.json'), '{"format":9}'),
    ],
    ['of a store without data', 'unreadable', ({ file }) => rmSync(file)],
    [
      'of a store cut off in the middle',
      'unreadable',
      ({ file }) => truncateSync(file, statSync(file).size / 2),
    ],
    ['of a store cut off in the head', 'unreadable', ({ file }) => truncateSync(file, 100)],
    ['of an empty file', 'unreadable', ({ file }) => truncateSync(file, 0)],
    ['of garbage', 'unreadable', ({ file }) => writeFileSync(file, Buffer.alloc(100_000, 0xa5))],
    ['of garbage after the head', 'unreadable', ({ file }) => replaceBytes(file, 8192, statSync(file).size)],
    [
      'of a store with one letter changed',
      'unreadable',
      ({ file }) =>
        writeFileSync(file, readFileSync(file, 'latin1').replaceAll('user c77"', 'user c7X"'), 'latin1'),
    ],
  ]

  it.each(REFUSED.filter(([how]) => !(on && how.includes('one letter'))))(
    '%s (%s), and nothing is left behind',
    async (_what, reason, spoil) => {
      const store = await closedStore()
      const [from, to] = [directoryOf(store), storeDirectory()]
      spoil({ from, to, file: join(store.generation.directory, 'data.mdb') })
      const before = lying(dirname(to))
      const outcome = await exportStore({ keys, from, to })
      expect(outcome).toMatchObject({ kind: 'refused', reason, message: expect.stringMatching(/\S/) })
      expect(lying(dirname(to))).toEqual(before)
    },
  )

  it('of nothing, in directories that would have to be made', async () => {
    const parent = dirname(storeDirectory())
    const outcome = await exportStore({ from: join(parent, 'nowhere'), to: join(parent, 'a', 'b', 'c') })
    expect(outcome).toMatchObject({ reason: 'missing' })
    expect(lying(parent)).toEqual([])
  })

  it('within the store itself', async () => {
    const from = directoryOf(await closedStore([aRoute('r1')]))
    const before = lying(from)
    expect(await exportStore({ keys, from, to: join(from, 'copy') })).toMatchObject({ reason: 'occupied' })
    expect(lying(from)).toEqual(before)
  })

  it('of a store that has received nothing', async () => {
    const store = await openTestStore()
    const to = storeDirectory()
    expect(await exportStore({ keys, from: directoryOf(store), to })).toMatchObject({ reason: 'empty' })
    expect(lying(dirname(to))).toEqual([])
  })

  it('where there is no room for it', async () => {
    const store = await closedStore()
    const to = storeDirectory()
    const { outcome } = await exportElsewhere({ keys, from: directoryOf(store), to }, 'ulimit -f 200')
    expect(outcome).toMatchObject({ reason: 'unwritable', message: expect.stringContaining('full or fails') })
    expect(lying(dirname(to))).toEqual([])
  })

  it('at a path that is too long for what lies in a store', async () => {
    const parent = dirname(storeDirectory())
    const above = join(parent, ...Array.from({ length: 40 }, () => 'x'.repeat(99)))
    const to = join(above.slice(0, 3900), 'y'.repeat(150))
    const from = directoryOf(await closedStore([aRoute('r1')]))
    expect(await exportStore({ keys, from, to })).toMatchObject({
      reason: 'unwritable',
      message: expect.stringContaining('ENAMETOOLONG'),
    })
    expect(lying(parent)).toEqual([])
  })

  it('when it is aborted', async () => {
    const store = await closedStore()
    const to = storeDirectory()
    const aborter = new AbortController()
    const exporting = exportStore({
      keys,
      from: directoryOf(store),
      to,
      signal: aborter.signal,
      onProgress: () => aborter.abort(),
    })
    await expect(exporting).rejects.toThrow('abort')
    expect(lying(dirname(to))).toEqual([])
  })

  it('that looks whole, whenever the process that makes it is killed', async () => {
    const store = await closedStore()
    const to = storeDirectory()
    let made = 0
    for (let round = 0; round < 12; round++) {
      const { killed } = await exportElsewhere({ keys, from: directoryOf(store), to }, ':', round * 60)
      if (existsSync(to)) {
        made++
        expect(modelOf(await openTestStore({ directory: to })).size).toBe(ENTITIES.length)
        rmSync(to, { recursive: true })
      } else expect(killed).toBe(true)
    }
    expect(made).toBeLessThan(12)
  })
})

describeStores('a store of which a copy was begun', () => {
  it('does not grow for a reader that was killed', async () => {
    const store = await openTestStore()
    let model = await fill(store, [aRoute('r1')])
    await readElsewhereAndDie(store.generation)
    const size = () => statSync(join(store.generation.directory, 'data.mdb')).size
    const before = size()
    for (let round = 0; round < 200; round++) {
      const changes = [aRoute('r1', [`/${'x'.repeat(2000)}${round}`])]
      applyTo(store, model, changes)
      model = changed(model, changes)
    }
    expect(size() - before).toBeLessThan(1_000_000)
  })
})

function makeFile(path: string): void {
  rmSync(path, { recursive: true })
  writeFileSync(path, '')
}

function replaceBytes(file: string, from: number, to: number): void {
  const bytes = readFileSync(file)
  bytes.fill(0xa5, from, to)
  writeFileSync(file, bytes)
}

/** A process that exports, started by a shell with this limit; killed with its children after some time, if that is given. */
async function exportElsewhere(
  { keys, from, to }: Required<Pick<ExportOptions, 'keys' | 'from' | 'to'>>,
  limit: string,
  killAfterMs?: number,
): Promise<{ outcome: unknown; killed: boolean }> {
  const program = `import { exportStore } from ${JSON.stringify(new URL('./export-store.ts', import.meta.url).href)}
    import { fromTexts } from ${JSON.stringify(new URL('./key-text.ts', import.meta.url).href)}
    const keys = fromTexts(${JSON.stringify(toTexts(keys))})
    const outcome = await exportStore({ keys, from: ${JSON.stringify(from)}, to: ${JSON.stringify(to)} })
    process.stdout.write(JSON.stringify(outcome))`
  const child = spawn(
    'sh',
    ['-c', `${limit}; exec "$0" --input-type=module -e "$1"`, process.execPath, program],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  const signal = await new Promise((done) => child.once('close', (_code, signal) => done(signal)))
  return { outcome: output === '' ? null : JSON.parse(output), killed: signal === 'SIGKILL' }
}

/** A process that pins a view of a generation and is killed while it has it. */
async function readElsewhereAndDie({ directory, key }: GenerationAddress): Promise<void> {
  const program = `import { openReader } from ${JSON.stringify(new URL('./reader.ts', import.meta.url).href)}
    import { fromText } from ${JSON.stringify(new URL('./key-text.ts', import.meta.url).href)}
    const key = ${key === null ? null : `fromText('${toText(key)}')`}
    openReader().pin({ directory: ${JSON.stringify(directory)}, key })
    console.log('pinned')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((done) => child.stdout.once('data', done))
  child.kill('SIGKILL')
  await new Promise((done) => child.once('close', done))
}
