import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { NOWHERE } from '@biplane/protocol'
import { expect, it } from 'vitest'
import { aConsumer, aCredential, aRoute, EMPTY, type Model, modelOf } from './fixtures.ts'
import { openLmdbFile } from './lmdb-file.ts'
import { RunningMarks, readMarks } from './marks.ts'
import { entityKey } from './records.ts'
import { applyTo, describeStores, fill, openTestStore, storeDirectory } from './test-store.ts'

const ENTITIES = Array.from({ length: 400 }, (_, i) => [
  aConsumer(`c${i}`),
  aCredential(`k${i}`, `secret-${i}`, `c${i}`),
  aRoute(`r${i}`, [`/${'path'.repeat(20)}/${i}`]),
]).flat()

/** A store that was closed in order. */
async function closedStore(): Promise<{ directory: string; file: string; model: Model }> {
  const directory = storeDirectory()
  const store = await openTestStore({ directory })
  const model = await fill(store, ENTITIES)
  await store.close()
  return { directory, file: join(store.generation.directory, 'data.mdb'), model }
}

function overwrite(file: string, position: number, bytes: Uint8Array): void {
  const target = openSync(file, 'r+')
  writeSync(target, bytes, 0, bytes.length, position)
  closeSync(target)
}

/** Changes a text in the file, all its copies. */
function replaceText(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'latin1')
  expect(text).toContain(from)
  writeFileSync(file, text.replaceAll(from, to), 'latin1')
}

/** Flips a bit in the middle of an entity as it lies in the file. */
async function spoil(file: string, kind: string, id: string): Promise<void> {
  const reading = openLmdbFile(dirname(file), true)
  const raw = reading.get(entityKey(kind, id)) ?? Buffer.alloc(0)
  await reading.close()
  const at = readFileSync(file).indexOf(raw) + (raw.length >> 1)
  overwrite(file, at, Buffer.of((raw[raw.length >> 1] ?? 0) ^ 1))
}

function noise(length: number, seed: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return state >>> 16
  })
}

/** Names of what was moved aside. */
function asides(directory: string): string[] {
  return readdirSync(dirname(directory)).filter((name) => name.startsWith(`${basename(directory)}.damaged-`))
}

const DAMAGES: [string, (at: { directory: string; file: string }) => void][] = [
  ['cut off in the middle', ({ file }) => truncateSync(file, statSync(file).size / 2)],
  ['cut off after the head', ({ file }) => truncateSync(file, 8192)],
  ['cut off in the head', ({ file }) => truncateSync(file, 100)],
  ['empty', ({ file }) => truncateSync(file, 0)],
  ['gone', ({ file }) => rmSync(file)],
  ['garbage at the head', ({ file }) => overwrite(file, 0, noise(8192, 1))],
  ['garbage after the head', ({ file }) => overwrite(file, 8192, noise(65536, 2))],
  ['garbage in the middle', ({ file }) => overwrite(file, statSync(file).size / 2, noise(20_000, 3))],
  // The very last pages are free ones, whose garbage harms nobody.
  ['garbage at the end', ({ file }) => overwrite(file, statSync(file).size - 80_000, noise(80_000, 4))],
  [
    'one letter of an entity changed',
    ({ file }) => replaceText(file, '"username":"user c77"', '"username":"user c7X"'),
  ],
  [
    'one letter of a lookup changed',
    ({ file }) => replaceText(file, '\0key\0=secret-123', '\0key\0=secret-1X3'),
  ],
  [
    'another format',
    ({ directory }) => replaceText(join(directory, 'store.json'), '"format": 1', '"format": 9'),
  ],
  [
    'an unknown cipher',
    ({ directory }) => replaceText(join(directory, 'store.json'), '"cipher": "', '"cipher": "rot1-'),
  ],
  ['rubbish in store.json', ({ directory }) => writeFileSync(join(directory, 'store.json'), noise(100, 5))],
  ['store.json cut off', ({ directory }) => truncateSync(join(directory, 'store.json'), 20)],
  ['store.json gone', ({ directory }) => rmSync(join(directory, 'store.json'))],
]

describeStores('a store that is damaged', ({ on }) => {
  it.each(DAMAGES.filter(([how]) => !(on && how.startsWith('one letter'))))(
    '(%s) is moved aside, told, and replaced by an empty one that works',
    async (_how, damage) => {
      const { directory, file } = await closedStore()
      damage({ directory, file })
      const warnings: object[] = []
      const store = await openTestStore({ directory, warnings })
      expect(store.position).toEqual(NOWHERE)
      expect(warnings).toMatchObject([
        { reason: expect.any(String), movedTo: expect.stringContaining('.damaged-') },
      ])
      expect(asides(directory)).toHaveLength(1)
      expect(await fill(store, [aRoute('r1')])).toEqual(modelOf(store))
    },
  )

  it('anywhere, by garbage of any size, is never served', async () => {
    const { directory, file, model } = await closedStore()
    for (let seed = 1; seed <= 12; seed++) {
      const copy = storeDirectory()
      cpSync(directory, copy, { recursive: true })
      const length = 1 + ((seed * 613) % 5000)
      overwrite(
        file.replace(directory, copy),
        (seed * 7919 * 511) % (statSync(file).size - length),
        noise(length, seed),
      )
      expect([EMPTY, model]).toContainEqual(modelOf(await openTestStore({ directory: copy })))
    }
  })

  it('keeps two copies at most', async () => {
    const directory = storeDirectory()
    for (let round = 0; round < 4; round++) {
      await (await openTestStore({ directory })).close()
      writeFileSync(join(directory, 'store.json'), `round ${round}`)
    }
    await openTestStore({ directory })
    const texts = asides(directory).map((name) =>
      readFileSync(join(dirname(directory), name, 'store.json'), 'utf8'),
    )
    expect(texts.sort()).toEqual(['round 2', 'round 3'])
  })
})

describeStores('a very large store that was closed in order', () => {
  const LARGER_THAN_QUICKLY_READ = 70 << 20

  it('is served at once, and read in full meanwhile', async () => {
    const { directory, file } = await closedStore()
    await spoil(file, 'routes', 'r350')
    truncateSync(file, LARGER_THAN_QUICKLY_READ)
    const damage = Promise.withResolvers<string>()
    const store = await openTestStore({ directory, onDamage: damage.resolve })
    expect(store.position.revision).toBe(1)
    expect(store.get('routes', 'r1')).toBeDefined()
    expect(await damage.promise).toMatch(/has hash|was changed/)
    await store.close()
    expect(modelOf(await openTestStore({ directory }))).toEqual(EMPTY)
  })

  it('is read in full first when it was not', async () => {
    const { directory, file } = await closedStore()
    new RunningMarks(directory, readMarks(directory)).opened()
    await spoil(file, 'routes', 'r350')
    truncateSync(file, LARGER_THAN_QUICKLY_READ)
    expect((await openTestStore({ directory })).position).toEqual(NOWHERE)
  })

  it('can be closed while it is read', async () => {
    const { directory, file } = await closedStore()
    truncateSync(file, LARGER_THAN_QUICKLY_READ)
    const warnings: object[] = []
    const store = await openTestStore({ directory, warnings })
    await store.close()
    expect(warnings).toEqual([])
  })
})

describeStores('a delta that leads to another hash than it was announced with', ({ on }) => {
  it('brings to light damage that came while the store was in use, which a new snapshot heals', async () => {
    const { promise: damage, resolve: onDamage } = Promise.withResolvers<string>()
    const directory = storeDirectory()
    const store = await openTestStore({ directory, onDamage })
    const model = await fill(store, ENTITIES)
    const file = join(store.generation.directory, 'data.mdb')
    if (on) await spoil(file, 'consumers', 'c7')
    else replaceText(file, '"user c7"', '"user d7"')
    const reason = on ? 'damaged' : 'wrong-hash'
    expect(applyTo(store, model, [aConsumer('c7', 'another')])).toMatchObject({ reason })
    expect(await damage).toMatch(on ? 'was changed' : 'not found by its username')
    await fill(store, ENTITIES)
    await store.close()
    expect(modelOf(await openTestStore({ directory }))).toEqual(model)
  })

  it('is the fault of the source where the store is whole', async () => {
    const damage: string[] = []
    const store = await openTestStore({ onDamage: (reason) => damage.push(reason) })
    const model = await fill(store, ENTITIES)
    const lie = { ...store.position, revision: 2 }
    for (const id of ['a', 'b'])
      expect(store.applyDelta(store.position, lie, [aRoute(id)])).toMatchObject({ reason: 'wrong-hash' })
    expect(applyTo(store, model, [aRoute('a')])).toEqual({ kind: 'stored' })
    await store.close()
    expect(damage).toEqual([])
  })
})

describeStores('a copy of a running store', () => {
  it('torn by a write is either whole or moved aside', async () => {
    const directory = storeDirectory()
    const store = await openTestStore({ directory })
    let model = await fill(store, ENTITIES)
    const models = [model]
    const file = join(store.generation.directory, 'data.mdb')
    const head = read(file, 0, 16_384)
    for (let i = 0; i < 20; i++) {
      applyTo(store, model, [aRoute(`r${i * 20}`, ['/other']), aConsumer(`c${i * 20}`, `renamed ${i}`)])
      model = modelOf(store)
      models.push(model)
    }
    const copy = storeDirectory()
    mkdirSync(join(copy, basename(store.generation.directory)), { recursive: true })
    cpSync(join(directory, 'store.json'), join(copy, 'store.json'))
    writeFileSync(
      file.replace(directory, copy),
      Buffer.concat([head, readFileSync(file).subarray(head.length)]),
    )
    const opened = await openTestStore({ directory: copy })
    expect([EMPTY, ...models]).toContainEqual(modelOf(opened))
    expect(asides(copy)).toHaveLength(opened.position.revision === 0 ? 1 : 0)
  })
})

describeStores('a process that died', () => {
  it.each([
    ['once while opening', 'opening', 1, true],
    ['twice while opening', 'opening', 2, false],
    ['once while writing', 'writing', 1, true],
    ['twice while writing', 'writing', 2, false],
  ])('%s %#', async (_how, step, times, kept) => {
    const { directory, model } = await closedStore()
    for (let i = 0; i < times; i++) die(directory, step)
    expect(modelOf(await openTestStore({ directory }))).toEqual(kept ? model : EMPTY)
  })

  it('once, then opened and wrote well, then died again, keeps its store', async () => {
    const { directory, model } = await closedStore()
    die(directory, 'writing')
    const store = await openTestStore({ directory })
    applyTo(store, model, [aRoute('r1', ['/new'])])
    const held = modelOf(store)
    await store.close()
    die(directory, 'writing')
    expect(modelOf(await openTestStore({ directory }))).toEqual(held)
  })

  it('once while writing a generation that a snapshot has replaced since keeps its store', async () => {
    const { directory } = await closedStore()
    die(directory, 'writing')
    const store = await openTestStore({ directory })
    const held = await fill(store, [aRoute('r1')])
    await store.close()
    die(directory, 'writing')
    expect(modelOf(await openTestStore({ directory }))).toEqual(held)
  })
})

/** Leaves the marks of a process that ended at this step. */
function die(directory: string, step: string): void {
  const marks = new RunningMarks(directory, readMarks(directory))
  if (step === 'opening') return
  marks.opened()
  marks.writing()
}

function read(file: string, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  const source = openSync(file, 'r')
  readSync(source, bytes, 0, length, position)
  closeSync(source)
  return bytes
}
