import { type Draft, settle } from '@biplane/declarative'
import { givenConfig, type Settings } from '@biplane/service'
import type { RunningBackend } from '../backend.ts'
import { Drafts } from '../drafts.ts'
import type { Surroundings } from '../open-backend.ts'
import { MemoryJournal } from './memory-journal.ts'
import { MemoryNodes } from './memory-nodes.ts'
import { MemoryRepository } from './memory-repository.ts'
import { pageOf } from './page.ts'
import { startConfig } from './start-config.ts'

export interface MemoryBackendOptions extends Surroundings {
  /** Milliseconds after last contact at which a node is gone. */
  readonly purgeDelay: number
  /** The config to begin with, if any. */
  readonly start: Pick<Settings<'admin-api'>, 'declarative_config' | 'declarative_config_string'>
}

/** One config in memory, which is changed as a whole only, and the nodes that serve it. Nothing of it outlives the process. */
export function memoryBackend({
  registry,
  plugins,
  log,
  purgeDelay,
  start,
}: MemoryBackendOptions): RunningBackend {
  const journal = new MemoryJournal()
  const condition = {
    unprepared: 'the declarative config is not loaded yet' as string | null,
    isLost: false,
    outages: 0,
  }
  const repository = new MemoryRepository(registry, journal)
  return {
    repository,
    source: journal,
    condition,
    nodes: new MemoryNodes({ purgeDelay, head: () => journal.head }),
    tags: async ({ tag, ...paging }) => {
      const { taggings } = repository.index
      return pageOf(tag === undefined ? taggings : taggings.filter((each) => each.tag === tag), paging)
    },
    audit: null,
    extent: async () => ({ head: journal.head, oldest: null }),
    settle: (draft, randomKey, current) => settle(byItself(draft), randomKey, current),
    status: async () => ({ database: { reachable: true }, configuration_hash: journal.head.hash }),
    unready: async () =>
      journal.revision > 0 ? null : 'no configuration available (empty configuration present)',
    broadcast: null,
    restarts: () => 0,
    unsealed: () => null,
    async prepare() {
      const context = new Drafts({ plugins }).context()
      await startConfig(givenConfig(start), { registry, context, repository, log })
      condition.unprepared = null
    },
    run: () => ({}),
    close: async () => undefined,
  }
}

/** Without a database a document alone says which ids its entities have, whatever was there before: so Kong has it. */
function byItself(draft: Draft): Draft {
  const entities = draft.entities.map((each) =>
    each.origin === 'derived' ? { ...each, origin: 'given' as const } : each,
  )
  return { ...draft, entities }
}
