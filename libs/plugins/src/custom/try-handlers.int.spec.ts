import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { tryHandlers } from './try-handlers.ts'

const folder = mkdtempSync(join(tmpdir(), 'biplane-try-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SOUND = 'export const create = () => ({})'

function handler(name: string, code: string) {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, code)
  return { name, priority: 1, folder, file }
}

describe('handlers that are tried', () => {
  it('and are sound have no problems', async () => {
    expect(await tryHandlers([handler('one', SOUND), handler('two', SOUND)])).toEqual([])
  })

  it.each([
    ['broken', 'import "what-nobody-installed"', /: .*what-nobody-installed/],
    ['empty', '', /exports no function 'create'/],
    ['ends', 'process.exit(3)', /: it ended its thread, with code 3, before it was loaded/],
  ])('are refused where one is %s', async (name, code, reason) => {
    const problems = await tryHandlers([handler('one', SOUND), handler(name, code)])
    expect(problems).toEqual([expect.stringMatching(reason)])
    expect(problems[0]).toContain(`'${name}' cannot be loaded: ${join(folder, name)}.mjs`)
  })

  it.each([
    ['waits for ever', 'await new Promise(() => setInterval(() => {}, 1000))'],
    ['never pauses', 'for (;;);'],
  ])('are given up where one %s', async (name, code) => {
    expect(await tryHandlers([handler(name, code)], 500)).toEqual([
      `'${name}' cannot be loaded: ${join(folder, name)}.mjs: it is not loaded after 0.5 seconds`,
    ])
  })

  it('harm nobody with what they leave behind', async () => {
    const late = 'setInterval(() => { throw new Error("late") }, 1)'
    const talks = 'import { parentPort } from "node:worker_threads"\nparentPort?.postMessage(null)'
    const leaves = handler('leaves', `${talks}\n${late}\n${SOUND}`)
    const slow = handler('slow', `await new Promise((done) => setTimeout(done, 100))\n${SOUND}`)
    expect(await tryHandlers([leaves, slow])).toEqual([])
  })
})
