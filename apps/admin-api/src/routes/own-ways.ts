import type { Written } from '@biplane/database'
import type { Entity, EntityDefinition, Kind, NestedCollection } from '@biplane/entities'
import type { Body } from '../body.ts'
import type { Handlers } from '../manners.ts'
import { certificates } from './certificates.ts'
import type { EntityAccess, FindParent } from './collection.ts'
import { consumerGroups } from './consumer-groups.ts'
import { consumers } from './consumers.ts'
import { plugins } from './plugins.ts'
import { targets } from './targets.ts'
import { workspaces } from './workspaces.ts'

/** Where the endpoints of a kind differ from what all kinds have. */
export interface OwnWays {
  /** The entity that a path segment names. */
  readonly find?: (access: EntityAccess, text: string) => Promise<Entity | undefined>
  /** At the top level, in place of the same verbs of all kinds. */
  readonly top?: (access: EntityAccess, definition: EntityDefinition) => Ways
  /** The same below a parent. */
  readonly nested?: (access: EntityAccess, nested: NestedCollection, findParent: FindParent) => Ways
  /** How its entities are written, where that is another way than that of all kinds. */
  readonly writes?: (access: EntityAccess) => KindWrites
}

/** The writes of one kind, by id. @throws DomainError */
export interface KindWrites {
  replace(id: string, body: Body): Promise<Written>
  patch(id: string, body: Body): Promise<Written>
}

export interface Ways {
  readonly collection?: Handlers
  readonly item?: Handlers
  /** False where GET shows more of an entity than writes answer: those cannot tell its ETag. */
  readonly tagged?: boolean
  /** Further paths below the collection, which no entity can have the name of. */
  readonly beside?: Readonly<Record<string, Handlers>>
}

/** Admin API facts, section 4.2. */
export const ownWays: Readonly<Record<Kind, OwnWays>> = {
  certificates,
  consumer_groups: consumerGroups,
  consumers,
  plugins,
  targets,
  workspaces,
}
