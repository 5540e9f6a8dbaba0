import type { JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { capabilityOf } from './capability.ts'
import { compileDowngrade } from './downgrade.ts'
import { anUpsert } from './fixtures.ts'
import { pluginConfigs } from './plugin-config.fixture.ts'
import { rules } from './rules.ts'
import { wholeConfigs } from './whole-config.fixture.ts'

describe('a data plane of an older release', () => {
  it.each(pluginConfigs)('of $dp gets $plugin $given as $gets', ({ dp, cp, plugin, given, gets }) => {
    const row = (config: JsonObject) => ({ name: plugin, config })
    expect(got(dp, cp, 'plugins', row(given))).toEqual(row(gets === 'same' ? given : gets))
  })

  it.each(wholeConfigs)('of $dp gets $given as $gets', ({ dp, cp, given, gets }) => {
    const all = Object.entries(given).map(([kind, rows]) => [kind, rows.map((row) => got(dp, cp, kind, row))])
    expect(Object.fromEntries(all)).toEqual(gets === 'same' ? given : gets)
  })

  it.each(wholeConfigs.filter(({ gets }) => gets === 'same'))(
    'of $dp gets the very bytes that all others get of $given',
    ({ dp, cp, given }) => {
      const changes = Object.entries(given).flatMap(([kind, rows]) => rows.map((row) => anUpsert(kind, row)))
      const sent = changes.map((change) => downgradeFor(dp, cp).apply(change))
      expect(sent).toEqual(changes.map((change) => ({ kind: 'sent', change, reductions: [] })))
    },
  )
})

function got(dp: string, cp: string | undefined, kind: string, row: JsonObject): JsonObject | string {
  const outcome = downgradeFor(dp, cp).apply(anUpsert(kind, row, 'an-id'))
  if (outcome.kind !== 'sent' || outcome.change.op === 'delete') return outcome.kind
  const { id, ...rest } = outcome.change.entity
  return 'id' in row ? { id: row.id ?? id, ...rest } : rest
}

function downgradeFor(dp: string, cp = '3.4.2') {
  const { before } = capabilityOf({ version: cp, plugins: [] }, { version: dp, plugins: [] })
  return compileDowngrade(rules, before, { refuseInsecure: false })
}
