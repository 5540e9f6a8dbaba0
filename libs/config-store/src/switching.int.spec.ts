import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Encryption } from './encryption.ts'
import { aConsumer, aCredential, modelOf } from './fixtures.ts'
import { toTexts } from './key-text.ts'
import { aStoreKey, fill, openTestStore, storeDirectory } from './test-store.ts'

const ENTITIES = Array.from({ length: 1500 }, (_, i) => [
  aConsumer(`c${i}`),
  aCredential(`k${i}`, `secret-${i}`, `c${i}`),
]).flat()

/** All steps, and some again at other moments. */
const ROUNDS = 9

const [first, second, third] = [aStoreKey(), aStoreKey(), aStoreKey()]

/** From one to the next, encryption is switched or the key rotated, by the book: with the previous key at hand. */
const STEPS: readonly Encryption[] = [
  { on: true, keys: [first] },
  { on: true, keys: [second, first] },
  { on: false, keys: [third, second] },
  { on: true, keys: [third] },
  { on: true, keys: [second, third] },
  { on: false, keys: [second] },
]

it('a store that is being switched, or its key rotated, survives a kill at any moment, in the form before or after', {
  timeout: 240_000,
}, async () => {
  const directory = storeDirectory()
  const store = await openTestStore({ directory })
  const model = await fill(store, ENTITIES)
  await store.close()
  for (let round = 0; round < ROUNDS; round++) {
    const encryption = STEPS[round % STEPS.length] ?? { on: false, keys: [] }
    await killedWhileOpening(directory, encryption, (round * 7919) % 900)
    const again = await openTestStore({ directory, encryption })
    expect(modelOf(again)).toEqual(model)
    expect(again.generation.key === null).toBe(!encryption.on)
    expect(readdirSync(directory).filter((name) => name.startsWith('gen-'))).toHaveLength(1)
    await again.close()
    const data = readFileSync(join(again.generation.directory, 'data.mdb'), 'latin1')
    expect(data.includes('secret-1234')).toBe(!encryption.on)
  }
  const beside = readdirSync(dirname(directory)).filter((name) => !name.includes('.owner'))
  expect(beside).toEqual(['config'])
})

/** Until it has opened the store, at the latest. */
async function killedWhileOpening(directory: string, encryption: Encryption, afterMs: number): Promise<void> {
  const script = fileURLToPath(new URL('./switching-process.ts', import.meta.url))
  const keys = JSON.stringify(toTexts(encryption.keys))
  const child = spawn(process.execPath, [script, directory, encryption.on ? 'on' : 'off', keys], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (text) => {
    if (printed === '') setTimeout(() => child.kill('SIGKILL'), afterMs)
    printed += text
    if (printed.includes('opened')) child.kill('SIGKILL')
  })
  await once(child, 'close')
}
