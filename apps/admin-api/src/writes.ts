import type { Key, WriteOptions, Written } from '@biplane/database'
import {
  type Entity,
  type EntityDefinition,
  type EntityRegistry,
  type JsonObject,
  notFound,
} from '@biplane/entities'
import type { EntityRepository } from './backend.ts'
import type { Body } from './body.ts'
import type { Drafts } from './drafts.ts'
import { resolveLinks } from './links.ts'

/** From a request's body to a committed revision: the steps that all writes of all kinds have in common. */
export class Writes {
  readonly #repository: EntityRepository
  readonly #registry: EntityRegistry
  readonly #drafts: Drafts

  constructor(repository: EntityRepository, registry: EntityRegistry, drafts: Drafts) {
    this.#repository = repository
    this.#registry = registry
    this.#drafts = drafts
  }

  /** @param fixed what the path says of the entity, which overrules its body */
  async create(definition: EntityDefinition, body: Body, fixed: JsonObject = {}): Promise<Written> {
    const input = { ...this.read(definition, body), ...fixed }
    return this.#repository.create(definition.kind, await this.whole(definition, input))
  }

  async replace(
    definition: EntityDefinition,
    key: Key,
    body: Body,
    fixed: JsonObject = {},
  ): Promise<Written> {
    const input = { ...this.read(definition, body), ...fixed, [key.field]: key.value }
    return this.#repository.upsert(definition.kind, key, await this.whole(definition, input))
  }

  async patch(
    definition: EntityDefinition,
    key: Key,
    body: Body,
    options: WriteOptions = {},
  ): Promise<Written> {
    const { kind } = definition
    const seen = await this.#repository.get(kind, key, options.within)
    if (seen === undefined) throw notFound({ [key.field]: key.value })
    const next = await this.patching(definition, seen, this.read(definition, body, seen))
    return this.#repository.update(kind, key, next, options)
  }

  /** The fields that a body sets. What a form's texts mean may depend on the entity that is patched. */
  read(definition: EntityDefinition, body: Body, current?: Entity): JsonObject {
    return this.#drafts.read(definition, body, current)
  }

  /** A whole entity as it may be stored. What references by name mean is found first, as Kong does it. @throws DomainError */
  async whole(definition: EntityDefinition, input: JsonObject): Promise<Entity> {
    const linked = await this.#linked(definition, input)
    return this.#drafts.transformed(definition, this.#drafts.whole(definition, linked))
  }

  /**
   * What a patch makes of an entity, which may have changed since it was seen: looking up names takes time, so that comes
   * before the transaction, in which the patch is applied to what is there then.
   */
  async patching(
    definition: EntityDefinition,
    seen: Entity,
    patch: JsonObject,
  ): Promise<(current: Entity) => Entity> {
    const linked = await this.#linked(definition, patch)
    this.#drafts.patched(definition, seen, linked) // refuses here what it can, before anything is locked
    return (current) => {
      const entity = this.#drafts.patched(definition, current, linked)
      return this.#drafts.transformed(definition, entity, { current, patch: linked })
    }
  }

  async #linked(definition: EntityDefinition, input: JsonObject): Promise<JsonObject> {
    return { ...input, ...(await resolveLinks(this.#repository, this.#registry, definition, input)) }
  }
}
