import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Encryption } from './encryption.ts'
import { toTexts } from './key-text.ts'
import { describeStores, storeDirectory } from './test-store.ts'

const ROUNDS = 20

describeStores('a store', ({ keys }) => {
  it(`holds what it has confirmed, whole, after each of ${ROUNDS} kills at random moments`, {
    timeout: 240_000,
  }, async () => {
    const directory = storeDirectory()
    let confirmed = 0
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const [found = '', ...stored] = await linesUntilKilled(directory, keys, (seed * 7919) % 61)
      const { found: revision, whole } = JSON.parse(found)
      expect(whole).toBe(true)
      expect([confirmed, confirmed + 1]).toContain(revision)
      expect(stored.filter((line) => !/^\d+$/.test(line))).toEqual([])
      confirmed = Number(stored.at(-1))
    }
  })
})

/** What the process printed: one confirmed revision at least, since a kill at its start would try nothing. */
async function linesUntilKilled(
  directory: string,
  keys: Encryption['keys'],
  afterMs: number,
): Promise<string[]> {
  const script = fileURLToPath(new URL('./writing-process.ts', import.meta.url))
  const child = spawn(process.execPath, [script, directory, JSON.stringify(toTexts(keys))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (lines.push(line) === 2) setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  await once(child, 'close')
  return lines
}
