import { canonicalJson, type Entity } from '@biplane/entities'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changesOf, difference, isEmpty } from './difference.ts'
import type { Config } from './draft.ts'
import { documents } from './fixtures/documents.ts'
import { configOf, registry } from './fixtures/world.ts'
import { printConfig } from './print.ts'
import { printYaml } from './print-yaml.ts'
import { readText } from './read-text.ts'

function read(text: string) {
  const reading = readText(text)
  if ('problem' in reading) throw new Error(`${reading.problem} in:\n${text}`)
  return reading.document
}

/** By kind and id, in no order. */
function rows(config: Config): ReadonlyMap<string, Entity> {
  return new Map(
    [...config].flatMap(([kind, all]) => [...all.values()].map((entity) => [`${kind} ${entity.id}`, entity])),
  )
}

function applied(before: Config, after: Config): ReadonlyMap<string, Entity> {
  const result = new Map(rows(before))
  for (const change of changesOf(difference(before, after, registry), registry)) {
    if (change.op === 'delete') result.delete(`${change.kind} ${change.id}`)
    else result.set(`${change.kind} ${change.id}`, change.entity)
  }
  return result
}

describe('a config', { timeout: 60_000 }, () => {
  it('is what its printed document says', async () => {
    await fc.assert(
      fc.asyncProperty(documents, async (document) => {
        const config = await configOf(document)
        expect(rows(await configOf(printConfig(config, registry)))).toEqual(rows(config))
      }),
    )
  })

  it('is printed as YAML and as JSON that say the same', async () => {
    await fc.assert(
      fc.asyncProperty(documents, async (document) => {
        const config = await configOf(document)
        const printed = printConfig(config, registry)
        expect(read([...printYaml(config, registry)].join(''))).toEqual(printed)
        expect(read(canonicalJson(printed))).toEqual(printed)
      }),
      { numRuns: 40 },
    )
  })

  it('does not change when its document comes again', async () => {
    await fc.assert(
      fc.asyncProperty(documents, async (document) => {
        const config = await configOf(document)
        const again = await configOf(document, config)
        expect(difference(config, again, registry)).toEqual({ added: [], changed: [], removed: [] })
        for (const [kind, all] of config)
          for (const [id, one] of all) expect(again.get(kind)?.get(id)).toBe(one)
      }),
    )
  })

  it('becomes another one by the changes between the two', async () => {
    await fc.assert(
      fc.asyncProperty(documents, documents, async (one, other) => {
        const before = await configOf(one)
        const after = await configOf(other, before)
        expect(applied(before, after)).toEqual(rows(after))
        expect(isEmpty(difference(before, after, registry))).toBe(equal(before, after))
      }),
    )
  })
})

function equal(a: Config, b: Config): boolean {
  const text = (config: Config) => canonicalJson(Object.fromEntries([...rows(config)].sort()))
  return text(a) === text(b)
}
