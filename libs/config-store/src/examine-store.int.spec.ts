import { spawn } from 'node:child_process'
import { chownSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { examineStore } from './examine-store.ts'
import { aConsumer, aRoute, modelAt } from './fixtures.ts'
import { toTexts } from './key-text.ts'
import { RunningMarks, readMarks } from './marks.ts'
import { describeStores, fill, openTestStore, storeDirectory } from './test-store.ts'

const ENTITIES = Array.from({ length: 500 }, (_, i) => [aConsumer(`c${i}`), aRoute(`r${i}`)]).flat()

async function closedStore(): Promise<{ directory: string; file: string }> {
  const store = await openTestStore()
  await fill(store, ENTITIES, 3)
  await store.close()
  return {
    directory: dirname(store.generation.directory),
    file: join(store.generation.directory, 'data.mdb'),
  }
}

const NOT_WHOLE: [string, string, RegExp, (at: { directory: string; file: string }) => void][] = [
  ['that is not there', 'missing', /^$/, ({ directory }) => rmSync(directory, { recursive: true })],
  ['without data', 'unusable', /No such file/, ({ file }) => rmSync(file)],
  ['of another format', 'unusable', /format 9/, ({ directory }) => describeAs(directory, '{"format":9}')],
  ['that is cut off', 'unusable', /ended with SIG/, ({ file }) => truncateSync(file, 20_000)],
  ['of which its process died twice', 'unusable', /died repeatedly/, ({ directory }) => dieTwice(directory)],
]

describeStores('examineStore', ({ keys }) => {
  it('tells the revision and the size of a stopped store, having read it in full', async () => {
    const { directory, file } = await closedStore()
    expect(await examineStore(directory, keys)).toMatchObject({
      kind: 'whole',
      position: { revision: 3 },
      bytes: statSync(file).size,
      owner: null,
      readInFull: true,
    })
  })

  it('tells who has a store open, whose generation is replaced all the time', async () => {
    const directory = storeDirectory()
    const script = fileURLToPath(new URL('./writing-process.ts', import.meta.url))
    const writer = spawn(process.execPath, [script, directory, JSON.stringify(toTexts(keys))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((written) => writer.stdout.once('data', written))
    for (let round = 0; round < 5; round++) {
      const report = await examineStore(directory, keys)
      expect(report).toMatchObject({ kind: 'whole', owner: writer.pid, readInFull: false })
      expect(report).toHaveProperty('position.epoch')
    }
    writer.kill('SIGKILL')
    await new Promise((ended) => writer.once('close', ended))
    const after = await examineStore(directory, keys)
    expect(after).toMatchObject({ kind: 'whole', owner: null, readInFull: true })
    if (after.kind === 'whole') expect(modelAt(after.position.revision)).toBeDefined()
  })

  it.skipIf(process.getuid?.() !== 0)(
    'leaves to the owner of a store, when root looks at it, what the owner needs to open it',
    async () => {
      const { directory, file } = await closedStore()
      const [generation, lock] = [dirname(file), join(dirname(file), 'lock.mdb')]
      rmSync(lock)
      for (const path of [directory, generation, file]) chownSync(path, 12_345, 12_345)
      expect(await examineStore(directory, keys)).toMatchObject({ kind: 'whole' })
      expect(statSync(lock)).toMatchObject({ uid: 12_345, gid: 12_345 })
    },
  )

  it.each(NOT_WHOLE)('tells of a store %s', async (_what, kind, reason, spoil) => {
    const store = await closedStore()
    spoil(store)
    const report = await examineStore(store.directory, keys)
    expect(report.kind).toBe(kind)
    expect('reason' in report ? report.reason : '').toMatch(reason)
  })
})

function describeAs(directory: string, text: string): void {
  writeFileSync(join(directory, 'store.json'), text)
}

function dieTwice(directory: string): void {
  for (let death = 0; death < 2; death++) new RunningMarks(directory, readMarks(directory))
}
