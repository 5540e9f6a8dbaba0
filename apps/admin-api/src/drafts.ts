import { randomInt, randomUUID } from 'node:crypto'
import {
  decodeForm,
  type Entity,
  type EntityDefinition,
  invalidOptions,
  type JsonObject,
  mergePatch,
  type Subschemas,
  schemaViolation,
  type Transforming,
  toRest,
  transform,
  validate,
  type WriteContext,
} from '@biplane/entities'
import type { Body } from './body.ts'

const KEY_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const KEY_LENGTH = 32

/**
 * From what a client sent to an entity that may be stored, and back to what it is shown. Clock and chance come in here.
 * Every method throws `DomainError` for what the entity's schema refuses.
 */
export class Drafts {
  readonly #subschemas: Subschemas
  readonly #now: () => number

  /** @param now seconds since the epoch, with a fraction */
  constructor(subschemas: Subschemas, now: () => number = () => Date.now() / 1000) {
    this.#subschemas = subschemas
    this.#now = now
  }

  /** The fields that a body sets. What a form's texts mean may depend on the entity that is patched. */
  read(definition: EntityDefinition, body: Body, current?: Entity): JsonObject {
    if (body.kind === 'json') return body.value
    return decodeForm(definition, body.pairs, this.#subschemas, current)
  }

  /** A whole new entity, or the one that takes an old one's place. */
  whole(definition: EntityDefinition, input: JsonObject): Entity {
    return this.#validated(definition, input)
  }

  /** What a patch makes of an entity. */
  patched(definition: EntityDefinition, current: Entity, patch: JsonObject): Entity {
    return this.#validated(definition, mergePatch(definition, current, patch, this.#subschemas), current)
  }

  /**
   * What is stored of a draft once its references are resolved.
   *
   * @param update what a patch was, and of what
   */
  transformed(definition: EntityDefinition, draft: Entity, update?: Transforming['update']): Entity {
    const outcome = transform(definition, draft, { randomKey, ...(update && { update }) })
    if ('entity' in outcome) return outcome.entity
    throw schemaViolation(outcome.errors)
  }

  /** What validation needs of this moment. */
  context(): WriteContext {
    return { subschemas: this.#subschemas, now: this.#now(), uuid: randomUUID, randomKey }
  }

  present(definition: EntityDefinition, entity: Entity): JsonObject {
    return toRest(definition, entity, this.#now())
  }

  #validated(definition: EntityDefinition, input: JsonObject, current?: Entity): Entity {
    const outcome = validate(definition, input, { ...this.context(), ...(current && { current }) })
    if ('entity' in outcome) return outcome.entity
    throw 'options' in outcome ? invalidOptions(outcome.options) : schemaViolation(outcome.errors)
  }
}

function randomKey(): string {
  return Array.from({ length: KEY_LENGTH }, () => KEY_ALPHABET[randomInt(KEY_ALPHABET.length)]).join('')
}
