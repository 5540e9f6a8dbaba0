import {
  type EntityDefinition,
  type EntityRegistry,
  entitySchema,
  type JsonSchema,
  neededNames,
  type Side,
  type Subschemas,
  uniqueKeys,
  unknownVariantSchema,
  type Variants,
  variantSchema,
  variantsOf,
} from '@biplane/entities'
import { additions } from '../present.ts'
import { exactly } from './contract.ts'

/** The schemas of entities as components of a document: each is made when it is first referred to. */
export class EntitySchemas {
  readonly registry: EntityRegistry
  readonly #subschemas: Subschemas
  readonly #components = new Map<string, JsonSchema>()

  constructor(registry: EntityRegistry, subschemas: Subschemas) {
    this.registry = registry
    this.#subschemas = subschemas
  }

  get components(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries(this.#components)
  }

  /** An entity as GET shows it. */
  shown(definition: EntityDefinition): JsonSchema {
    return this.#named(definition.kind, () => this.#complete(definition, 'shown', [], true))
  }

  /** Without what is shown beside its fields. */
  bare(definition: EntityDefinition): JsonSchema {
    if (additions[definition.kind] === undefined) return this.shown(definition)
    return this.#named(`${definition.kind}.bare`, () => this.#complete(definition, 'shown', [], false))
  }

  /** An entity as GET shows it, with further members. Not for kinds with variants. */
  shownWith(definition: EntityDefinition, properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
    return this.#extended(
      entitySchema(definition, this.#projection('shown')),
      properties,
      Object.keys(properties),
    )
  }

  page(definition: EntityDefinition): JsonSchema {
    return this.#named(`${definition.kind}.page`, () => pageOf(this.shown(definition)))
  }

  /** @param given fields that the path tells, so that the body need not */
  written(definition: EntityDefinition, side: 'new' | 'patch', given: readonly string[] = []): JsonSchema {
    const needed = side === 'new' ? neededNames(definition.fields) : []
    const told = given.filter((name) => needed.includes(name))
    const suffix = told.length === 0 ? '' : `.given-${told.join('-')}`
    return this.#named(`${definition.kind}.${side}${suffix}`, () =>
      this.#complete(definition, side, told, true),
    )
  }

  #complete(definition: EntityDefinition, side: Side, given: readonly string[], whole: boolean): JsonSchema {
    const variants = variantsOf(definition, this.#subschemas)
    if (variants !== null) return this.#union(definition, side, given, variants)
    const schema = entitySchema(definition, this.#projection(side, given))
    const addition = whole ? additions[definition.kind] : undefined
    if (addition === undefined) return schema
    const properties = side === 'shown' ? addition.shown : addition.written
    return this.#extended(schema, properties, side === 'shown' ? Object.keys(properties) : [])
  }

  #union(definition: EntityDefinition, side: Side, given: readonly string[], variants: Variants): JsonSchema {
    const { kind } = definition
    const { by, names } = variants
    const name = side === 'shown' ? kind : `${kind}.${side}`
    const refs = names.map(
      (variant) =>
        [
          variant,
          this.#named(`${name}-${variant}`, () =>
            variantSchema(definition, variant, this.#subschemas, this.#projection(side, given)),
          ),
        ] as const,
    )
    const known = refs.map(([, ref]) => ref)
    // A patch need not say which one it is of, and then it may fit several.
    if (side === 'patch') return { anyOf: known }
    const unknown = this.#named(`${kind}.unknown`, () =>
      unknownVariantSchema(definition, variants, this.#projection('shown')),
    )
    const mapping = Object.fromEntries(refs.map(([variant, { $ref }]) => [variant, $ref ?? null]))
    return {
      oneOf: side === 'shown' ? [...known, unknown] : known,
      discriminator: { propertyName: by, mapping },
    }
  }

  #projection(side: Side, given: readonly string[] = []) {
    const keysOf = (kind: string): readonly string[] => {
      const target = this.registry.get(kind)
      const keys = target === undefined ? [] : uniqueKeys(target)
      return keys.flatMap(([name, ...more]) => (name === undefined || more.length > 0 ? [] : [name]))
    }
    return { side, given, keysOf }
  }

  #extended(
    schema: JsonSchema,
    properties: Readonly<Record<string, JsonSchema>>,
    required: readonly string[],
  ): JsonSchema {
    const own = Array.isArray(schema.required) ? schema.required : []
    return {
      ...schema,
      properties: { ...Object(schema.properties), ...properties },
      ...(own.length + required.length > 0 && { required: [...own, ...required] }),
    }
  }

  #named(name: string, make: () => JsonSchema): JsonSchema {
    if (!this.#components.has(name)) this.#components.set(name, make())
    return { $ref: `#/components/schemas/${name}` }
  }
}

/** A page of a list: `next` leads on, `offset` is there where it does. */
export function pageOf(item: JsonSchema, beside: Readonly<Record<string, JsonSchema>> = {}): JsonSchema {
  return exactly(
    {
      data: { type: 'array', items: item },
      next: { type: ['string', 'null'], description: 'The path of the next page; null on the last.' },
      offset: { type: 'string', description: 'Where the next page begins; absent on the last.' },
      ...beside,
    },
    ['offset'],
  )
}
