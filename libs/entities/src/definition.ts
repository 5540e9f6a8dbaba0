import type { Check } from './checks.ts'
import type { Entity, Kind } from './entity.ts'
import type { Constraint, Field, Fields, ValuesOf } from './field.ts'
import type { FieldErrors } from './field-errors.ts'
import type { Json, JsonObject } from './json.ts'
import type { PluginSchema, Subschema } from './plugin-schema.ts'

/** Schemas that come from outside this library, because plugins bring them. */
export interface Subschemas {
  readonly plugins: ReadonlyMap<string, PluginSchema>
}

/** A kind of entity, described once; columns, routes, `/schemas` and validation are projected from it elsewhere. */
export interface EntityDefinition<F extends Fields = Fields> {
  readonly kind: Kind
  /** Its path segment at the top level of the Admin API (`key-auths`), or null if it cannot be written there. */
  readonly collection: string | null
  /** Written by the product alone: clients find no schema of it, and no document declares it. */
  readonly internal: boolean
  /** The field that may stand for the id in a path. */
  readonly endpointKey: string | null
  /** The same below a parent, for a field that is unique among the parent's children only. */
  readonly nestedKey: string | null
  /** The field that the id is made of: `id`, but for `parameters`. */
  readonly idField: string
  readonly fields: F
  readonly checks: readonly Check[]
  /** Lists of fields that are unique together, nulls being equal to each other. Unique single fields say so themselves. */
  readonly uniqueTogether: readonly (readonly string[])[]
  /** Kong's cache key, where it has one: the fields that an id is derived from when a declarative config gives none. */
  readonly cacheKey: readonly string[] | null
  /** Reference field → segment of the collection below what it names: `{ consumer: 'key-auth' }`. */
  readonly nested: Readonly<Record<string, string>>
  /** Reference fields without a path of their own (`/snis/{s}/certificate`). */
  readonly unlinked: readonly string[]
  /** Reference fields whose target takes the entity with it when it is deleted, though Kong's schema does not say so. */
  readonly goesWith: readonly string[]
  /** Fields that Kong's open edition lacks: `/schemas` does not tell them, and an entity has them only when they are set. */
  readonly onlyWhenSet: readonly string[]
  /** Fields that are secrets, though Kong's schema does not mark them. */
  readonly secrets: readonly string[]
  /** Fields that stand for several others, which they overrule. They are expanded in what a client sent, in this order. */
  readonly shorthands: Readonly<Record<string, Shorthand>>
  readonly specialized: Specialized | null
  /** Whether rows may carry a time to live: `expires_at` in the entity (seconds since the epoch or null), `ttl` on REST. */
  readonly ttl: boolean
  /** Whether nodes get this entity, as far as it decides alone; what it refers to must be exported too. */
  readonly exportedWhen: (entity: Entity) => boolean
  /** The fields of a valid entity that are stored in another form than they may be written in. Changes nothing the second time. */
  readonly normalize: ((entity: JsonObject) => JsonObject) | null
  readonly transformation: Transformation | null
  /** What is wrong between a valid entity and those that it is linked with; to be asked within the write's transaction. */
  readonly judgeLinks: ((entity: Entity, related: Related) => Promise<FieldErrors | undefined>) | null
}

/** Reading the entities that a write is linked with. */
export interface Related {
  readonly get: (kind: Kind, id: string) => Promise<Entity | undefined>
  /** All entities of a kind whose reference `field` names `id`. */
  readonly referencing: (kind: Kind, field: string, id: string) => Promise<readonly Entity[]>
}

export interface Shorthand {
  readonly field: Field
  /** @param value what the client sent: null, or a value that `field` accepts */
  readonly expand: (value: never) => JsonObject
}

/** A field that is made of another one when that is written: a digest of it, or its hash in its place. */
export interface Transformation {
  /** The field that sets it off. */
  readonly input: string
  /** Dotted names of what else it reads. They are not changed without the input. */
  readonly needs: readonly string[]
  /** The field that it makes. */
  readonly output: string
  /** @param salt a new secret, for hashes that need one */
  readonly apply: (entity: JsonObject, salt: () => string) => Json
}

/** An entity whose fields depend on one of them. */
export interface Specialized {
  /** The field that chooses the subschema: its value, or the first member of it. */
  readonly by: string
  readonly subschema: (name: string, subschemas: Subschemas) => Subschema | undefined
  /** All that have one. */
  readonly names: (subschemas: Subschemas) => Iterable<string>
  /** What to say of a name without a subschema. */
  readonly unknown: (name: string) => string
}

type Optional =
  | 'internal'
  | 'endpointKey'
  | 'nestedKey'
  | 'idField'
  | 'checks'
  | 'uniqueTogether'
  | 'cacheKey'
  | 'nested'
  | 'unlinked'
  | 'goesWith'
  | 'onlyWhenSet'
  | 'secrets'
  | 'shorthands'
  | 'specialized'
  | 'ttl'
  | 'exportedWhen'
  | 'normalize'
  | 'transformation'
  | 'judgeLinks'

type Sketch<F extends Fields> = Omit<EntityDefinition<F>, Optional> &
  Partial<Pick<EntityDefinition<F>, Optional>>

export function defineEntity<const F extends Fields, const S extends Sketch<F>>(
  sketch: S & { readonly fields: F },
): EntityDefinition<F> & Pick<S, 'kind'> {
  return {
    internal: false,
    endpointKey: null,
    nestedKey: null,
    idField: 'id',
    checks: [],
    uniqueTogether: [],
    cacheKey: null,
    nested: {},
    unlinked: [],
    goesWith: [],
    onlyWhenSet: [],
    secrets: [],
    shorthands: {},
    specialized: null,
    ttl: false,
    exportedWhen: () => true,
    normalize: null,
    transformation: null,
    judgeLinks: null,
    ...sketch,
  }
}

/** The type of a complete, valid entity of a definition. `Unset` names the fields that it has only when they are set. */
export type EntityOf<D extends EntityDefinition, Unset extends keyof D['fields'] = never> = Entity &
  Omit<ValuesOf<D['fields']>, Unset> &
  Partial<Pick<ValuesOf<D['fields']>, Unset>>

/** A field that names another entity. */
export interface Reference {
  readonly field: string
  readonly to: Kind
  readonly required: boolean
  readonly onDelete: 'restrict' | 'cascade'
}

export function references(definition: EntityDefinition): readonly Reference[] {
  return Object.entries(definition.fields).flatMap(([field, { reference, required, on_delete }]) => {
    if (reference === undefined) return []
    const onDelete = definition.goesWith.includes(field) ? 'cascade' : (on_delete ?? 'restrict')
    return [{ field, to: reference, required: required === true, onDelete }]
  })
}

/**
 * The fields of an entity that are secrets or may hold one: those that Kong's schema or ours says so of, and records whose
 * fields a subschema brings, as the config of a plugin: it may be a plugin that says nothing of its secrets.
 */
export function secretFields({ fields, secrets }: EntityDefinition): readonly string[] {
  const isSecret = ([name, field]: [string, Field]) =>
    secrets.includes(name) || field.abstract === true || holdsEncrypted(field)
  return Object.entries(fields)
    .filter(isSecret)
    .map(([name]) => name)
}

function holdsEncrypted({ encrypted, elements, values, fields = {} }: Constraint): boolean {
  const parts = [elements, values, ...Object.values(fields)].filter((part) => part !== undefined)
  return encrypted === true || parts.some(holdsEncrypted)
}

/** Every list of fields that no two entities of the kind may share: the unique fields, then those unique together. */
export function uniqueKeys(definition: EntityDefinition): readonly (readonly string[])[] {
  const single = Object.entries(definition.fields).filter(([, field]) => field.unique === true)
  return [...single.map(([name]) => [name]), ...definition.uniqueTogether]
}
