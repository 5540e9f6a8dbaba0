import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { claim, ownerOf, StoreInUse } from './claim.ts'
import { openTestStore, storeDirectory } from './test-store.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Another process that claims the store and says so, until it is killed. */
async function claimedElsewhere(directory: string): Promise<{ kill(): Promise<void> }> {
  const program = `import { claim } from ${JSON.stringify(new URL('./claim.ts', import.meta.url).href)}
    await claim(${JSON.stringify(directory)}, { info() {}, warn() {}, error() {} })
    console.log('claimed')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program])
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const kill = () => {
    child.kill('SIGKILL')
    return ended
  }
  onTestFinished(kill)
  await new Promise<void>((done) => child.stdout.once('data', () => done()))
  return { kill }
}

it('a second process is refused the store while the first has it', async () => {
  const directory = storeDirectory()
  await claimedElsewhere(directory)
  await expect(claim(directory, log, 100)).rejects.toThrow(StoreInUse)
})

it('of several that start at the same moment one has the store', async () => {
  const parent = dirname(storeDirectory())
  const [stores, from] = [5, Date.now() + 2500]
  // Each tries one store after the other, at moments that all of them know.
  const program = `import { claim } from ${JSON.stringify(new URL('./claim.ts', import.meta.url).href)}
    const claimed = []
    for (let i = 0; i < ${stores}; i++) {
      const at = ${from} + i * 100
      await new Promise((done) => setTimeout(done, at - Date.now() - 5))
      while (Date.now() < at);
      await claim('${parent}/' + i, { info() {}, warn() {}, error() {} }, 0).then(() => claimed.push(i), () => 0)
    }
    console.log(JSON.stringify(claimed))
    process.stdin.resume()`
  const children = [1, 2, 3].map(() => spawn(process.execPath, ['--input-type=module', '-e', program]))
  onTestFinished(() => children.forEach((child) => void child.kill('SIGKILL')))
  const told = await Promise.all(children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0])))
  const claimed = told.flatMap((text): number[] => JSON.parse(text))
  expect(claimed.toSorted()).toEqual(Array.from({ length: stores }, (_, i) => i))
})

it('a process that waits gets the store when the first is killed', async () => {
  const directory = storeDirectory()
  const other = await claimedElsewhere(directory)
  const waiting = claim(directory, log)
  await other.kill()
  const release = await waiting
  expect(ownerOf(directory)).toBe(null) // it is this process
  release()
  await claimedElsewhere(directory)
  expect(ownerOf(directory)).not.toBe(null)
})

it('takes no more of the disk for being claimed again and again: a full one must not keep a node from starting', async () => {
  const directory = storeDirectory()
  const file = `${directory}.owner`
  const other = await claimedElsewhere(directory)
  await other.kill()
  const first = statSync(file)
  const release = await claim(directory, log)
  release()
  await (await claimedElsewhere(directory)).kill()
  const last = statSync(file)
  expect([last.ino, last.size, last.blocks]).toEqual([first.ino, first.size, first.blocks])
})

it.each([
  ['names nobody', 'rubbish'],
  ['is empty', ''],
  ['names a live process by a pid that was another one before', `${process.ppid} 1 another-boot`],
])('a claim that %s counts for nothing', async (_, text) => {
  const directory = storeDirectory()
  writeFileSync(`${directory}.owner`, text)
  const release = await claim(directory, log, 0)
  release()
})

it('a process that was killed while it claimed the store keeps nobody from it for long', async () => {
  const directory = storeDirectory()
  const guard = `${directory}.owner.guard`
  writeFileSync(guard, '')
  const aMinuteAgo = Date.now() / 1000 - 60
  utimesSync(guard, aMinuteAgo, aMinuteAgo)
  const release = await claim(directory, log, 0)
  expect(existsSync(guard)).toBe(false)
  release()
})

it.each([
  ['below a file', (directory: string) => writeFileSync(dirname(directory), '')],
  ['in place of a folder', (directory: string) => mkdirSync(`${directory}.owner`, { recursive: true })],
])('whoever looks from outside sees no owner where a claim is %s', (_what, prepare) => {
  const directory = join(storeDirectory(), 'config')
  prepare(directory)
  expect(ownerOf(directory)).toBe(null)
})

it.skipIf(process.getuid?.() === 0)(
  'a store in a directory that nobody may write, such as a volume, is claimed too',
  async () => {
    const directory = storeDirectory()
    mkdirSync(directory)
    chmodSync(dirname(directory), 0o500)
    onTestFinished(() => chmodSync(dirname(directory), 0o700))
    const other = await claimedElsewhere(directory)
    await expect(claim(directory, log, 0)).rejects.toThrow(StoreInUse)
    await other.kill()
    writeFileSync(join(directory, 'store.json'), 'rubbish')
    const store = await openTestStore({ directory })
    expect(existsSync(join(directory, 'owner'))).toBe(true)
    await store.close()
  },
)
