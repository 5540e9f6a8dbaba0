import {
  type EntityDefinition,
  type EntityRegistry,
  isJsonObject,
  type Json,
  type JsonObject,
  type Kind,
} from '@biplane/entities'
import type { Place } from './error-tree.ts'
import type { Blame } from './invalid.ts'
import { memberLists } from './members.ts'
import { perDefinition } from './per-definition.ts'

/** An entity as a document declares it. */
export interface Item {
  readonly definition: EntityDefinition
  readonly at: Place
  /** As it was written. */
  readonly sent: JsonObject
  /** What is its own of that: no nested lists, no remarks. */
  readonly fields: JsonObject
  /** What can be nested in it. */
  readonly lists: readonly string[]
  /** The entity that it is nested in, and its reference to that one. */
  readonly parent: { readonly item: Item; readonly field: string } | undefined
  /** Named in a list of members, where saying a thing twice is no contradiction. */
  readonly isMember: boolean
}

export interface Outline {
  /** Parents before what is nested in them. */
  readonly items: readonly Item[]
  readonly faults: readonly Blame[]
}

/** Written by migrations only. What Kong exports of its own is passed over: here they are what this cluster made them. */
const OF_THE_PRODUCT: readonly Kind[] = ['parameters', 'workspaces']

/** Written by plugins at work, such as the tokens that they gave to clients. */
export const OF_PLUGINS: readonly Kind[] = [
  'oauth2_tokens',
  'oauth2_authorization_codes',
  'sessions',
  'acme_storage',
]

/** The kinds that can be declared, what is referred to before what refers to it. */
export function declarable(registry: EntityRegistry): readonly EntityDefinition[] {
  return replaceable(registry).filter(({ internal }) => !internal)
}

/** The kinds of which entities come or go when a document takes the place of a config, in the same order. */
export function replaceable(registry: EntityRegistry): readonly EntityDefinition[] {
  return registry.all.filter(({ kind }) => !OF_THE_PRODUCT.includes(kind))
}

/** All entities of a document, however they are nested; `settings` are the names at its top that are no kinds. */
export function outline(
  registry: EntityRegistry,
  document: JsonObject,
  settings: readonly string[],
): Outline {
  const tops = new Map(declarable(registry).map((definition) => [definition.kind, { definition }]))
  const known = [...tops.keys(), ...settings, ...OF_THE_PRODUCT]
  const unknown = Object.keys(document).filter((name) => !known.includes(name))
  const noLists = OF_THE_PRODUCT.filter((kind) => toList(own(document, kind)) === undefined)
  const outliner = new Outliner(registry)
  for (const [kind, list] of tops) outliner.addList(own(document, kind), [kind], list)
  return {
    items: outliner.items,
    faults: [
      ...unknown.map((name) => ({ at: [name], problem: 'unknown field' })),
      ...noLists.map((kind) => ({ at: [kind], problem: 'expected an array' })),
      ...outliner.faults,
    ],
  }
}

/** What a list holds. */
interface List {
  readonly definition: EntityDefinition
  /** The reference of its members to the entity that holds it. */
  readonly field?: string
  /** The reference that is all that a member says. */
  readonly names?: string
}

class Outliner {
  readonly items: Item[] = []
  readonly faults: Blame[] = []
  readonly #listsIn: (definition: EntityDefinition) => ReadonlyMap<string, List>

  constructor(registry: EntityRegistry) {
    this.#listsIn = perDefinition((definition) => listsIn(registry, definition))
  }

  addList(value: Json | undefined, at: Place, list: List, parent?: Item): void {
    const members = toList(value)
    if (members === undefined) {
      this.faults.push({ at, problem: 'expected an array', ...this.#blame(parent, at) })
      return
    }
    for (const [index, member] of members.entries()) {
      const sent = list.names === undefined ? toRecord(member) : { [list.names]: member }
      if (sent === undefined) this.faults.push({ at: [...at, index], problem: 'expected a record' })
      else this.#addItem(sent, [...at, index], list, parent)
    }
  }

  #addItem(sent: JsonObject, at: Place, { definition, field, names }: List, holder?: Item): void {
    const lists = this.#listsIn(definition)
    const plain = Object.entries(sent).filter(([name]) => !lists.has(name) && !REMARKS.includes(name))
    const item: Item = {
      definition,
      at,
      sent,
      fields: Object.fromEntries(plain),
      lists: [...lists.keys()],
      parent: holder !== undefined && field !== undefined ? { item: holder, field } : undefined,
      isMember: names !== undefined,
    }
    this.items.push(item)
    const remarks = remarkProblems(sent)
    if (remarks !== undefined) this.faults.push({ at, problem: remarks, item })
    for (const [name, list] of lists) this.addList(own(sent, name), [...at, name], list, item)
  }

  /** A list that is none is a fault of the field that holds it. */
  #blame(item: Item | undefined, at: Place): Pick<Blame, 'item' | 'said'> {
    return item === undefined ? {} : { item, said: { [String(at.at(-1))]: 'expected an array' } }
  }
}

/** What can be nested in an entity, by the name of the list. A field of the entity itself comes first. */
function listsIn(registry: EntityRegistry, { kind, fields }: EntityDefinition): ReadonlyMap<string, List> {
  const children = registry.childrenOf(kind).filter(({ definition }) => !definition.internal)
  const nested = children.map((child): [string, List] => [child.definition.kind, child])
  const members = memberLists.flatMap(({ holder, list, declares, names }): [string, List][] => {
    const child = children.find(({ definition }) => definition.kind === declares)
    return holder === kind && child !== undefined ? [[list, { ...child, names }]] : []
  })
  const all = [...nested.toReversed(), ...members].filter(([name]) => !Object.hasOwn(fields, name))
  return new Map(all)
}

const REMARKS = ['_comment', '_ignore']

/** What is wrong with `_comment` and `_ignore`, which are allowed everywhere and mean nothing. */
export function remarkProblems(sent: JsonObject): { readonly [name: string]: string } | undefined {
  const comment = own(sent, '_comment') ?? null
  const problems = {
    ...(comment === null || typeof comment === 'string' ? {} : { _comment: 'expected a string' }),
    ...(toList(own(sent, '_ignore')) === undefined ? { _ignore: 'expected an array' } : {}),
  }
  return Object.keys(problems).length === 0 ? undefined : problems
}

/** Lua cannot tell an empty list from an empty object. */
function toList(value: Json | undefined): readonly Json[] | undefined {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  return isJsonObject(value) && Object.keys(value).length === 0 ? [] : undefined
}

function toRecord(value: Json): JsonObject | undefined {
  if (isJsonObject(value)) return value
  return Array.isArray(value) && value.length === 0 ? {} : undefined
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
