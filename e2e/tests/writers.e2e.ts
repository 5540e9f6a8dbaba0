import { realpathSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inSync, route, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { replaceFolder } from '../folders.ts'
import { readJournal, readNames } from '../journal-view.ts'
import { type Stack, startStack } from '../stack.ts'
import { startWriters } from '../writers.ts'

describe('many writers at once', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    await route(stack, 'base')
    await inSync(stack, 2)
  })
  afterAll(() => stack?.close())

  it('64 writers for 10 s lose nothing: all in PostgreSQL, in the journal without a gap, on both nodes', async () => {
    const writers = startWriters(stack, 'base', 64, 'many')
    await pause(10_000)
    await writers.stop()
    expect(writers.unanswered).toEqual([])
    expect(writers.acknowledged.length).toBeGreaterThan(500)
    const names = await readNames(stack, 'routes')
    expect(writers.acknowledged.filter((name) => !names.has(name))).toEqual([])
    const { revisions, head } = await readJournal(stack)
    expect(revisions).toEqual(Array.from({ length: head.revision }, (_, index) => index + 1))
    expect(await inSync(stack, 2)).toBe(head.hash)
    for (const name of sample(writers.acknowledged, 20)) {
      for (const node of stack.nodes) expect(await statusOf(node, `/${name}`)).toBe(200)
    }
  })

  it('a database put back to an earlier state is followed by both nodes', async () => {
    const data = realpathSync(stack.database.directory)
    const backup = `${stack.home}/backup`
    await stack.database.stop()
    replaceFolder(data, backup)
    await stack.database.start()
    await eventually(() => route(stack, 'lost'))
    await Promise.all(stack.nodes.map((node) => serves(node, '/lost')))
    await stack.database.stop()
    replaceFolder(backup, data)
    await stack.database.start()
    await Promise.all(stack.nodes.map((node) => serves(node, '/lost', 404)))
    expect(await inSync(stack, 2)).toBe((await readJournal(stack)).head.hash)
    await eventually(() => route(stack, 'found'))
    await Promise.all(stack.nodes.map((node) => serves(node, '/found')))
  })
})

function sample<T>(all: readonly T[], count: number): T[] {
  const step = Math.max(1, Math.floor(all.length / count))
  return all.filter((_, index) => index % step === 0).slice(0, count)
}
