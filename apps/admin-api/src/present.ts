import {
  type Entity,
  type EntityDefinition,
  isJsonObject,
  type JsonObject,
  type JsonSchema,
  type Kind,
} from '@biplane/entities'
import type { EntityRepository } from './backend.ts'
import type { Drafts } from './drafts.ts'

/** Entities of one kind as clients see them, in their order. */
export type Present = (
  definition: EntityDefinition,
  entities: readonly Entity[],
) => Promise<readonly JsonObject[]>

/** What some kinds show of others, and how that looks. */
interface Addition {
  readonly shown: Readonly<Record<string, JsonSchema>>
  readonly written: Readonly<Record<string, JsonSchema>>
  /** For many entities at once. */
  read(repository: EntityRepository, ids: readonly string[]): Promise<(id: string) => JsonObject>
}

const names = { items: { type: 'string', minLength: 1 }, description: 'The names that it is served for.' }

/** A certificate shows the names that it is served for (admin API facts, section 4.2). */
export const additions: Readonly<Record<Kind, Addition>> = {
  certificates: {
    shown: { snis: { ...names, type: 'array' } },
    written: { snis: { ...names, type: ['array', 'null'] } },
    async read(repository, ids) {
      const snis = await repository.referencing('snis', 'certificate', ids)
      const byCertificate = Map.groupBy(
        snis,
        ({ certificate }) => isJsonObject(certificate) && certificate.id,
      )
      return (id) => ({ snis: (byCertificate.get(id) ?? []).map(({ name }) => String(name)).toSorted() })
    },
  },
}

export function presenter(repository: EntityRepository, drafts: Drafts): Present {
  return async (definition, entities) => {
    const ids = entities.map(({ id }) => id)
    const added = ids.length === 0 ? undefined : await additions[definition.kind]?.read(repository, ids)
    return entities.map((entity) => ({ ...drafts.present(definition, entity), ...added?.(entity.id) }))
  }
}
