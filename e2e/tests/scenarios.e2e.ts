import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { DROPPED, SCENARIOS } from '../scenarios.ts'

/** The scenarios that titles of tests end with. */
function tried(): Set<string> {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.e2e.ts'))
  const texts = files.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  const endings = texts.flatMap((text) => [...text.matchAll(/((?: \(e2e-\d+\))+)['"`]/g)])
  return new Set(endings.flatMap(([, marks]) => marks?.match(/e2e-\d+/g) ?? []))
}

it('each scenario is tried, or dropped for a reason that is told', () => {
  const expected = Object.keys(SCENARIOS).filter((id) => !(id in DROPPED))
  expect([...tried()].sort()).toEqual(expected.sort())
})

it('what is dropped is a scenario', () => {
  expect(Object.keys(SCENARIOS)).toEqual(expect.arrayContaining(Object.keys(DROPPED)))
})
