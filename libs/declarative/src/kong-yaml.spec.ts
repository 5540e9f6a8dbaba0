import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isJsonObject, type Json } from '@biplane/entities'
import { bundledPlugins } from '@biplane/plugins'
import { describe, expect, it } from 'vitest'
import { difference } from './difference.ts'
import type { Config } from './draft.ts'
import { errorTree } from './error-tree.ts'
import expected from './fixtures/kong-yaml/expected.json' with { type: 'json' }
import { KEY, NOW, registry } from './fixtures/world.ts'
import { parseConfig } from './parse.ts'
import { printYaml } from './print-yaml.ts'
import { readText } from './read-text.ts'
import { settle } from './settle.ts'

const plugins = bundledPlugins('3.4.2')
const context = { subschemas: { plugins }, now: NOW, uuid: randomUUID, randomKey: () => KEY }

async function load(text: string, current?: Config): Promise<Config> {
  const reading = readText(text)
  if ('problem' in reading) throw new Error(reading.problem)
  const outcome = await parseConfig(reading.document, registry, context)
  if ('invalid' in outcome) throw new Error(JSON.stringify(errorTree(outcome.invalid.faults)))
  return settle(outcome.draft, context.randomKey, current)
}

const files = Object.entries(expected).map(([name, kinds]) => {
  const text = readFileSync(new URL(`fixtures/kong-yaml/${name}.yaml`, import.meta.url), 'utf8')
  const kindsToCome = Object.keys(kinds).filter((kind) => registry.get(kind) === undefined)
  const toCome = [...kindsToCome, ...pluginsIn(text).filter((plugin) => !plugins.has(plugin))]
  const title = toCome.length === 0 ? name : `${name}, once there are: ${toCome.join(', ')}`
  return { name, title, text, kinds, isPending: toCome.length > 0 }
})

/** The names in all lists that are called `plugins`. */
function pluginsIn(text: string): readonly string[] {
  const reading = readText(text)
  const named = (value: Json, list = ''): readonly string[] => {
    if (Array.isArray(value)) return value.flatMap((member: Json) => named(member, list))
    if (!isJsonObject(value)) return []
    const own = list === 'plugins' && typeof value.name === 'string' ? [value.name] : []
    return [...own, ...Object.entries(value).flatMap(([key, inner]) => named(inner, key))]
  }
  return 'document' in reading ? [...new Set(named(reading.document))] : []
}

describe.each(files)('the file $title', ({ text, kinds, isPending }) => {
  it.skipIf(isPending)('makes the entities that Kong makes of it, under the same ids', async () => {
    const config = await load(text)
    const counts = Object.fromEntries([...config].map(([kind, rows]) => [kind, rows.size]))
    expect(counts).toEqual(
      Object.fromEntries(Object.entries(kinds).map(([kind, { count }]) => [kind, count])),
    )
    for (const [kind, { ids }] of Object.entries(kinds)) {
      for (const [id, links] of Object.entries(ids)) {
        const entity = config.get(kind)?.get(id)
        const found = Object.keys(links).map((field) => [
          field,
          (entity?.[field] as { id?: string } | null)?.id,
        ])
        expect([kind, id, Object.fromEntries(found)]).toEqual([kind, id, links])
      }
    }
  })

  it.skipIf(isPending)('comes back as it was once it is printed', async () => {
    const config = await load(text)
    expect(await load([...printYaml(config, registry)].join(''))).toEqual(config)
  })

  it.skipIf(isPending)('makes no difference when it comes again', async () => {
    const config = await load(text)
    expect(difference(config, await load(text, config), registry)).toEqual({
      added: [],
      changed: [],
      removed: [],
    })
  })
})
