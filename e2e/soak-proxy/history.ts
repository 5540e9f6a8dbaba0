import type { JournalChange, JournalRow } from '../journal-rows.ts'
import type { Told } from '../older-config.ts'

/** A config as it was at one revision. */
export interface ConfigAt {
  /** Entities of a kind by what is looked for, such as `routes` by the first part of their paths. */
  list(kind: string, by: string): readonly Told[]
  find(kind: string, by: string): Told | undefined
}

/** Nobody serves a revision that is so much older than the newest. */
const KEPT = 20_000

/** The config at each revision, so that an answer can be judged by the one that made it. */
export class History {
  readonly #now = new Map<string, Told>()
  readonly #lists = new Map<string, Version[]>()
  /** By revision, when it was first seen in the journal; milliseconds since the epoch. */
  readonly #seenAt: number[] = []
  #head = 0

  /** The newest revision that is known. */
  get head(): number {
    return this.#head
  }

  /** @param at when it was seen, milliseconds since the epoch */
  take({ revision, changes }: JournalRow, at: number): void {
    for (const change of changes) this.#change(change, revision)
    this.#head = revision
    this.#seenAt[revision] = at
  }

  at(revision: number): ConfigAt {
    const list = (kind: string, by: string): readonly Told[] =>
      this.#lists.get(`${kind} ${by}`)?.findLast((version) => version.revision <= revision)?.entities ?? []
    return { list, find: (kind, by) => list(kind, by)[0] }
  }

  /** The entities of a kind in the newest config. */
  current(kind: string): readonly Told[] {
    return [...this.#now.values()].filter((told) => told.kind === kind)
  }

  /** How long, at a moment, a revision was no longer the newest; milliseconds. */
  ageOf(revision: number, at: number): number {
    const next = this.#seenAt[revision + 1]
    return next === undefined ? 0 : Math.max(0, at - next)
  }

  #change({ kind, id, entity }: JournalChange, revision: number): void {
    const key = `${kind} ${id}`
    const before = this.#now.get(key)
    for (const list of before === undefined ? [] : listsOf(before))
      this.#set(list, revision, (entities) => entities.filter((one) => one !== before))
    this.#now.delete(key)
    if (entity === null) return
    const after = { kind, id, entity }
    this.#now.set(key, after)
    for (const list of listsOf(after)) this.#set(list, revision, (entities) => [...entities, after])
  }

  #set(list: string, revision: number, to: (entities: readonly Told[]) => readonly Told[]): void {
    const versions = this.#lists.get(list) ?? []
    const entities = to(versions.at(-1)?.entities ?? [])
    if (versions.at(-1)?.revision === revision) versions.pop()
    versions.push({ revision, entities })
    const oldest = versions.findLastIndex((version) => version.revision <= revision - KEPT)
    if (oldest > 0) versions.splice(0, oldest)
    this.#lists.set(list, versions)
  }
}

interface Version {
  readonly revision: number
  readonly entities: readonly Told[]
}

/** The lists that an entity is in. */
function listsOf({ kind, id, entity }: Told): readonly string[] {
  const of = (field: string): string => referenceOf(entity[field]) ?? ''
  switch (kind) {
    case 'routes':
      return textsOf(entity.paths).map((path) => `${kind} ${path.slice(1)}`)
    case 'plugins':
      return [`${kind} ${entity.name} ${of('route')} ${of('service')} ${of('consumer')}`]
    case 'keyauth_credentials':
      return [`${kind} ${entity.key}`]
    case 'acls':
      return [`${kind} ${of('consumer')}`]
    case 'targets':
      return [`${kind} ${of('upstream')}`]
    case 'upstreams':
      return [`${kind} ${entity.name}`]
    default:
      return [`${kind} ${id}`]
  }
}

export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

/** The id in a reference such as `{ id }`. */
export function referenceOf(value: unknown): string | undefined {
  const { id } = Object(value)
  return typeof id === 'string' ? id : undefined
}
