import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { loadModule } from './load-module.ts'

const folder = mkdtempSync(join(tmpdir(), 'biplane-module-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.each([
  ['its default', 'one.mjs', 'export default { a: 1 }', { exported: { a: 1 } }],
  ['JSON', 'two.json', '{ "a": 1 }', { exported: { a: 1 } }],
  [
    'what is thrown',
    'three.mjs',
    "throw new RangeError('no')",
    { problem: 'cannot be loaded: RangeError: no' },
  ],
  [
    'that it waits for ever',
    'four.mjs',
    'await new Promise(() => {})',
    { problem: 'there after 0.3 seconds' },
  ],
])('a file is loaded for %s', async (_, name, text, loaded) => {
  const file = join(folder, name)
  writeFileSync(file, text)
  // Only what never comes may be given up.
  const patienceMs = 'problem' in loaded && loaded.problem.includes('after') ? 300 : 60_000
  const expected = 'problem' in loaded ? { problem: expect.stringContaining(loaded.problem) } : loaded
  expect(await loadModule(file, patienceMs)).toEqual(expected)
})
