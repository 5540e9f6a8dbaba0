import {
  type EntityDefinition,
  type EntityRegistry,
  isJsonObject,
  type Json,
  type JsonObject,
  type Kind,
} from '@biplane/entities'
import type { Fault, Place } from './error-tree.ts'
import { memberLists } from './members.ts'

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
  readonly faults: readonly Fault[]
}

/** Written by migrations only: Kong leaves them out of what it exports, too. */
const OF_THE_PRODUCT: readonly Kind[] = ['parameters', 'workspaces']

/** The kinds that can be declared, what is referred to before what refers to it. */
export function declarable(registry: EntityRegistry): readonly EntityDefinition[] {
  return registry.all.filter(({ kind }) => !OF_THE_PRODUCT.includes(kind))
}

/** All entities of a document, however they are nested; `settings` are the names at its top that are no entities. */
export function outline(
  registry: EntityRegistry,
  document: JsonObject,
  settings: readonly string[],
): Outline {
  const items: Item[] = []
  const faults: Fault[] = []
  const tops = new Map(declarable(registry).map((definition) => [definition.kind, { definition }]))
  for (const name of Object.keys(document)) {
    if (!tops.has(name) && !settings.includes(name)) faults.push({ at: [name], problem: 'unknown field' })
  }
  const add = (value: Json | undefined, at: Place, list: List, parent?: Item): void => {
    const members = toList(value)
    if (members === undefined) faults.push({ at, problem: 'expected an array' })
    for (const [index, member] of (members ?? []).entries()) {
      const sent = list.names === undefined ? toRecord(member) : { [list.names]: member }
      if (sent === undefined) {
        faults.push({ at: [...at, index], problem: 'expected a record' })
        continue
      }
      addItem(sent, [...at, index], list, parent)
    }
  }
  const addItem = (sent: JsonObject, at: Place, list: List, parent?: Item): void => {
    const { definition, field, names } = list
    const lists = listsIn(registry, definition)
    const { fields, problems } = ownFields(definition, sent, lists)
    if (problems !== undefined) faults.push({ at, problem: problems })
    const held = parent !== undefined && field !== undefined ? { item: parent, field } : undefined
    const isMember = names !== undefined
    const item = { definition, at, sent, fields, lists: [...lists.keys()], parent: held, isMember }
    items.push(item)
    for (const [name, inner] of lists) add(own(sent, name), [...at, name], inner, item)
  }
  for (const [kind, list] of tops) add(own(document, kind), [kind], list)
  return { items, faults }
}

interface List {
  readonly definition: EntityDefinition
  /** The reference to the entity that holds the list. */
  readonly field?: string
  readonly names?: string
}

/** What can be nested in an entity, by the name of the list. A field of the entity itself comes first. */
function listsIn(registry: EntityRegistry, { kind, fields }: EntityDefinition): ReadonlyMap<string, List> {
  const children = registry
    .childrenOf(kind)
    .filter(({ definition }) => !Object.hasOwn(fields, definition.kind))
    .map(({ definition, field }): [Kind, List] => [definition.kind, { definition, field }])
  const members = memberLists.flatMap(({ holder, list, declares, names }): [string, List][] => {
    const child = registry.childrenOf(kind).find(({ definition }) => definition.kind === declares)
    return holder === kind && child !== undefined ? [[list, { ...child, names }]] : []
  })
  return new Map([...children.toReversed(), ...members])
}

const REMARKS = { _comment: 'string', _ignore: 'array' }

function ownFields(
  { fields }: EntityDefinition,
  sent: JsonObject,
  lists: ReadonlyMap<string, List>,
): { readonly fields: JsonObject; readonly problems: { readonly [name: string]: string } | undefined } {
  const problems = remarkProblems(sent)
  const own = Object.entries(sent).filter(
    ([name]) => Object.hasOwn(fields, name) || (!lists.has(name) && !Object.hasOwn(REMARKS, name)),
  )
  return { fields: Object.fromEntries(own), problems }
}

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
