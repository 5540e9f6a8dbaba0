import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BlackHole, openBlackHole } from './black-hole.ts'
import type { Case } from './case.ts'
import { type NodeUnderTest, startNode } from './node-under-test.ts'
import { runCase } from './run-case.ts'
import { unmet } from './unmet.ts'

const PATIENCE_MS = 5_000

const folder = new URL('./cases/', import.meta.url)
const cases = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .flatMap((file) => {
    const subject = file.replace('.json', '')
    const read: Case[] = JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
    return read.map((one) => ({ ...one, subject, name: `${subject}: ${one.title}` }))
  })

/** A node serves many cases, one config after another; those with settings of their own have nodes of their own. */
const bySettings = Map.groupBy(cases, ({ settings = {} }) => JSON.stringify(settings))

describe.each([...bySettings])('a node with the settings %s', (text, group) => {
  let node: NodeUnderTest
  let blackHole: BlackHole
  const settings: Record<string, string> = JSON.parse(text)
  beforeAll(async () => {
    blackHole = await openBlackHole()
    node = await startNode(settings)
  })
  afterAll(async () => {
    await node?.[Symbol.asyncDispose]()
    await blackHole?.[Symbol.asyncDispose]()
  })

  for (const one of group) {
    // A case that is not met yet must fail: who meets it takes it off the list.
    const isUnmet = unmet.has(one.name) || unmet.has(one.subject)
    const patienceMs = isUnmet ? 0 : PATIENCE_MS
    const test = isUnmet ? it.fails : it
    test(one.name, () => runCase({ node, blackHole: blackHole.port, patienceMs }, one))
  }
})

it('lists as not met only what there is', () => {
  const names = new Set(cases.flatMap(({ name, subject }) => [name, subject]))
  expect([...unmet.keys()].filter((name) => !names.has(name))).toEqual([])
})
