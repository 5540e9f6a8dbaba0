import { scheduler } from 'node:timers/promises'
import type { Entity, EntityRegistry, JsonObject } from '@biplane/entities'
import { readSettings, settingNames } from './document-settings.ts'
import type { Declared, Draft } from './draft.ts'
import { generatedPaths } from './generated.ts'
import { type Identity, identify, idOf } from './identity.ts'
import type { Blame, Invalid } from './invalid.ts'
import { type Context, judge } from './judge.ts'
import { LIMITS, nestsDeeper } from './limits.ts'
import { linkFaults } from './links.ts'
import { declarable, type Item, OF_PLUGINS, outline, replaceable } from './outline.ts'
import { isNoKey, missingKey, noSuchEntry, resolve, withoutRepeatedMembers } from './references.ts'
import { upgradeRoute } from './route-paths.ts'
import { digested } from './transformed.ts'
import { repeatedKeys, repeatedValues } from './uniqueness.ts'

/**
 * Judges a document, whose entities may be nested and refer to each other by name. As Kong does it, in stages of which each
 * begins only if the one before found nothing: every entity by itself and with what it is linked with; then ids, names and
 * references; then the other unique fields.
 */
export async function parseConfig(
  document: JsonObject,
  registry: EntityRegistry,
  context: Context,
): Promise<{ readonly draft: Draft } | { readonly invalid: Invalid }> {
  if (nestsDeeper(document, LIMITS.depth))
    return refusal([{ at: ['error'], problem: 'nested too deeply' }], [])
  const settings = readSettings(document)
  const { items, faults } = outline(registry, document, settingNames)
  const identities = identify(items, context.uuid)
  const { fields, unresolved } = withoutRepeatedMembers(resolve(identities))
  const { entities, blames } = await judgeAll(fields, identities, settings.isBefore3, context)
  const wrong = [...settings.faults, ...faults, ...blames, ...(await linkFaults(entities))]
  if (wrong.length > 0 || unresolved.some(isNoKey))
    return refusal([...wrong, ...unresolved.map(missingKey)], items)

  const nowhere = unresolved.map((each) => noSuchEntry(each, entities))
  const contradictions = [...repeatedKeys(entities), ...nowhere]
  if (contradictions.length > 0) return refusal(contradictions, items, identities)
  const shared = repeatedValues(entities)
  if (shared.length > 0) return refusal(shared, items, identities)
  const spoken = new Set([...Object.keys(document), ...items.map(({ definition }) => definition.kind)])
  const ofOthers = replaceable(registry).filter(({ kind, internal }) => internal || OF_PLUGINS.includes(kind))
  return {
    draft: {
      entities: declared(registry, entities, identities, context),
      unspoken: ofOthers.filter(({ kind }) => !spoken.has(kind)),
      transform: settings.transform,
    },
  }
}

/** Pauses at times, since a document may hold a hundred thousand entities and the process has others to serve. */
async function judgeAll(
  fields: ReadonlyMap<Item, JsonObject>,
  identities: ReadonlyMap<Item, Identity>,
  isBefore3: boolean,
  context: Context,
): Promise<{ readonly entities: ReadonlyMap<Item, Entity>; readonly blames: readonly Blame[] }> {
  const entities = new Map<Item, Entity>()
  const blames: Blame[] = []
  let judged = 0
  for (const [item, written] of fields) {
    if (++judged % AT_ONCE === 0) await scheduler.yield()
    const upgraded = isBefore3 && item.definition.kind === 'routes' ? upgradeRoute(written) : written
    const outcome = judge(item, idOf(identities, item), upgraded, context)
    if ('entity' in outcome) entities.set(item, digested(item.definition, outcome.entity))
    else blames.push({ at: item.at, problem: outcome.errors, item })
  }
  return { entities, blames }
}

const AT_ONCE = 200

function refusal(
  faults: readonly Blame[],
  items: readonly Item[],
  identities: ReadonlyMap<Item, Identity> = new Map(),
): { readonly invalid: Invalid } {
  const derived = [...identities].filter(([, { origin }]) => origin === 'derived')
  return { invalid: { faults, items, derivedIds: new Map(derived.map(([item, { id }]) => [item, id])) } }
}

function declared(
  registry: EntityRegistry,
  entities: ReadonlyMap<Item, Entity>,
  identities: ReadonlyMap<Item, Identity>,
  { subschemas }: Context,
): readonly Declared[] {
  const byKind = Map.groupBy(entities, ([{ definition }]) => definition)
  return declarable(registry).flatMap((definition) =>
    (byKind.get(definition) ?? []).map(([item, entity]) => {
      const generated = generatedPaths(definition, entity, item.fields, subschemas)
      return { definition, entity, origin: identities.get(item)?.origin ?? 'drawn', generated }
    }),
  )
}
