import type { JsonObject, Kind } from '@biplane/entities'
import type { Change } from '@biplane/protocol'
import { compileRule, type Rewrite } from './rewrite.ts'
import { isAnnounced, type Rule } from './rule.ts'
import { numericVersion } from './version.ts'

/** The only interpreter of rules, for changes and snapshots alike. */
export interface Downgrade {
  /** False if no entity of the kind can be changed by it: its bytes may be passed on without decoding them. */
  concerns(kind: Kind): boolean
  apply(change: Change): Downgraded
}

export interface DowngradeOptions {
  /** The setting `compat_refuse_insecure`: refuse where a node would be left less secure. */
  readonly refuseInsecure: boolean
  /** `Capability.unknownKinds`. */
  readonly unknownKinds?: readonly Kind[]
}

export type Downgraded =
  | {
      readonly kind: 'sent'
      /** What the older node gets: the very change that was given if no rule touched it; a delete for a dropped entity. */
      readonly change: Change
      /** The rules that took something away that meant something. */
      readonly reductions: readonly Rule[]
    }
  /** It is of a kind that such a node does not know: there is nothing that it could be told, not even a delete. */
  | { readonly kind: 'omitted'; readonly reductions: readonly Rule[] }
  /** The entity cannot be said to such a node, and leaving it out is no answer: the whole config is withheld. */
  | { readonly kind: 'refused'; readonly rule: Rule }

/** @param before rules of this release and of newer ones apply (`Capability.before`); null for the whole config */
export function compileDowngrade(
  rules: readonly Rule[],
  before: string | null,
  { refuseInsecure, unknownKinds = [] }: DowngradeOptions,
): Downgrade {
  const applying = applicable(rules, before, unknownKinds)
  const byKind = arrange(applying)
  const omitted = new Map(applying.filter(isAnnounced).map((rule) => [rule.on, rule]))
  return {
    concerns: (kind) => byKind.has(kind),
    apply(change) {
      const omitting = omitted.get(change.kind)
      if (omitting !== undefined)
        return { kind: 'omitted', reductions: change.op === 'delete' ? [] : [omitting] }
      const rewrites = byKind.get(change.kind)
      if (change.op === 'delete' || !rewrites) return untouched(change)
      return rewriteAll(change, rewritesFor(rewrites, change.entity), refuseInsecure)
    },
  }
}

function untouched(change: Change): Downgraded {
  return { kind: 'sent', change, reductions: [] }
}

function rewriteAll(
  change: Change & { readonly op: 'upsert' },
  rewrites: readonly Rewrite[],
  refuseInsecure: boolean,
): Downgraded {
  const { kind, id } = change
  const reductions: Rule[] = []
  let object: JsonObject = change.entity
  for (const rewrite of rewrites) {
    const next = rewrite.apply(object)
    if (next === object) continue
    const { rule } = rewrite
    const loses = rewrite.loses(object)
    if (next === 'refuse' || (loses && refuseInsecure && rule.severity === 'security')) {
      return { kind: 'refused', rule }
    }
    if (loses) reductions.push(rule)
    // The node may hold an older form of the entity that it did understand, so leaving it out in silence is not enough.
    if (next === 'drop') return { kind: 'sent', change: { op: 'delete', kind, id }, reductions }
    object = next
  }
  if (object === change.entity) return untouched(change)
  return { kind: 'sent', change: { op: 'upsert', kind, id, entity: { ...object, id } }, reductions }
}

/** Newest first: each rule turns what its release added into what the release before it said. */
function applicable(rules: readonly Rule[], before: string | null, unknownKinds: readonly Kind[]): Rule[] {
  const oldest = before === null ? Number.POSITIVE_INFINITY : numericVersion(before)
  const isUnknown = (rule: Rule) => isAnnounced(rule) && unknownKinds.includes(rule.on)
  return rules
    .filter((rule) => numericVersion(rule.since) >= oldest || isUnknown(rule))
    .toSorted((a, b) => numericVersion(b.since) - numericVersion(a.since))
}

/** The rewrites of one kind: for any of its entities, and for those of a name that rules speak of. */
interface KindRewrites {
  readonly all: readonly Rewrite[]
  readonly byName: ReadonlyMap<string, readonly Rewrite[]>
}

function arrange(ordered: readonly Rule[]): ReadonlyMap<Kind, KindRewrites> {
  const rewrites = ordered.map((rule) => ({ ...subjectOf(rule), rewrite: compileRule(rule) }))
  const kinds = Map.groupBy(rewrites, ({ kind }) => kind)
  const named = (group: typeof rewrites, wanted: string | undefined) =>
    group.filter(({ name }) => name === undefined || name === wanted).map(({ rewrite }) => rewrite)
  return new Map(
    [...kinds].map(([kind, group]) => {
      const names = group.flatMap(({ name }) => name ?? [])
      return [kind, { all: named(group, undefined), byName: new Map(names.map((n) => [n, named(group, n)])) }]
    }),
  )
}

function rewritesFor({ all, byName }: KindRewrites, { name }: JsonObject): readonly Rewrite[] {
  if (byName.size === 0 || typeof name !== 'string') return all
  return byName.get(canonicalName(name)) ?? all
}

function subjectOf({ on }: Rule): { kind: Kind; name: string | undefined } {
  const [kind = on, name] = on.split('/', 2)
  return { kind, name: name === undefined ? undefined : canonicalName(name) }
}

/** Names of plugins are matched with dashes read as underscores, as Kong does. */
function canonicalName(name: string): string {
  return name.replaceAll('-', '_')
}
