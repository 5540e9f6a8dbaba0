import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inSync, route } from '../cluster-view.ts'
import { readJournal, readNames } from '../journal-view.ts'
import { seeded } from '../seeded.ts'
import { type Stack, startStack } from '../stack.ts'
import { startWriters } from '../writers.ts'

const ROUNDS = 20
const SEED = Number(process.env.BIPLANE_SEED ?? 20261123)

describe('kill -9 of any process during writes', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    await route(stack, 'base')
    await inSync(stack, 2)
  })
  afterAll(() => stack?.close())

  it(`${ROUNDS} rounds with seed ${SEED}: all converge and nothing acknowledged is lost`, async () => {
    const random = seeded(SEED)
    const victims = [
      { name: 'database', kill: () => stack.database.stop('kill'), start: () => stack.database.start() },
      ...[stack.adminApi, stack.hub, ...stack.nodes].map((app) => ({
        name: app.name,
        kill: () => app.kill(),
        start: () => app.start(),
      })),
    ]
    const acknowledged: string[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const victim = victims[Math.floor(random() * victims.length)]
      const writers = startWriters(stack, 'base', 8, `round-${round}`)
      // How long the writes run before the kill is the case under test, so the time itself is drawn from the seed.
      await pause(50 + random() * 300)
      await victim?.kill()
      await pause(50 + random() * 200)
      await victim?.start()
      await writers.stop()
      acknowledged.push(...writers.acknowledged)
      await inSync(stack, 2, 40_000).catch((cause: unknown) => {
        throw new Error(`round ${round} (${victim?.name} killed) did not converge`, { cause })
      })
    }
    const names = await readNames(stack, 'routes')
    expect(acknowledged.filter((name) => !names.has(name))).toEqual([])
    const { revisions, head } = await readJournal(stack)
    expect(revisions).toEqual(Array.from({ length: head.revision }, (_, index) => index + 1))
    expect(await inSync(stack, 2)).toBe(head.hash)
  }, 400_000)
})
