import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { modelAt, modelOf, positionOf } from './fixtures.ts'
import { openTestStore, storeDirectory } from './test-store.ts'

const ROUNDS = 20

it(`holds what it has confirmed, whole, after each of ${ROUNDS} kills at random moments`, {
  timeout: 60_000,
}, async () => {
  const directory = storeDirectory()
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const confirmed = await writeUntilKilled(directory, (seed * 7919) % 61)
    const warnings: object[] = []
    const store = await openTestStore({ directory, warnings })
    const { revision } = store.position
    expect(warnings).toEqual([])
    expect([confirmed, confirmed + 1]).toContain(revision)
    expect(modelOf(store)).toEqual(modelAt(revision))
    expect(store.position).toEqual(positionOf(modelAt(revision), revision))
    await store.close()
  }
})

/** Answers the last revision that the process confirmed. It has confirmed one at least, so it was not killed at its start. */
async function writeUntilKilled(directory: string, afterMs: number): Promise<number> {
  const script = fileURLToPath(new URL('./writing-process.ts', import.meta.url))
  const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (lines.push(line) === 1) setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  await once(child, 'close')
  expect(lines.filter((line) => !/^\d+$/.test(line))).toEqual([])
  return Number(lines.at(-1))
}
