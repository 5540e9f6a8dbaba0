import { scheduler } from 'node:timers/promises'
import {
  type Config,
  changesOf,
  type Difference,
  type Draft,
  declarable,
  difference,
  flattenErrors,
  type Invalid,
  invalidConfig,
  LIMITS,
  parseConfig,
  printYaml,
} from '@biplane/declarative'
import { type Entity, type EntityRegistry, isExpired, type JsonObject, type Kind } from '@biplane/entities'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Backend, EntityRepository } from '../backend.ts'
import { readDocument } from '../document-body.ts'
import type { Drafts } from '../drafts.ts'
import { type Handlers, resource } from '../manners.ts'
import { configContracts } from '../openapi/contracts/config.ts'
import { toProblem } from '../problem.ts'
import { queryOf } from '../query.ts'
import { tellRevision } from '../revision-header.ts'

export interface ConfigAccess extends Pick<Backend, 'settle'> {
  readonly repository: EntityRepository
  readonly registry: EntityRegistry
  readonly drafts: Drafts
}

/**
 * The whole config as one document. What Kong offers without a database only, a control plane offers too: a document takes
 * the place of all that there is, as one revision, and with `dry_run` it tells what that would change.
 */
export function registerConfig(app: FastifyInstance, access: ConfigAccess): void {
  resource(app, '/config', configHandlers(access), {
    bodyLimit: LIMITS.length,
    anyBody: true,
    harmless: isDryRun,
  })
}

function configHandlers(access: ConfigAccess): Handlers {
  const { repository, registry, drafts } = access
  return {
    describe: configContracts,
    async GET() {
      const { config } = await repository.config()
      return { config: await printed(config, access) }
    },
    async POST(request, reply) {
      const query = queryOf(request)
      const { document, isText } = await readDocument(request)
      const outcome = await parseConfig(document, registry, drafts.context())
      if ('invalid' in outcome) return refuse(reply, outcome.invalid, isOn(query.get('flatten_errors')))
      if (isDryRun(request)) {
        const { config } = await repository.config()
        return shownDifference(access, planned(access, outcome.draft, config).difference)
      }
      const { result, revision } = await repository.rewrite((current) => {
        const { config, difference } = planned(access, outcome.draft, current)
        const changes = changesOf(difference, registry)
        return { changes, result: { config, isSame: changes.length === 0 } }
      })
      tellRevision(reply, revision)
      if (revision === null && result.isSame && isText && query.get('check_hash') === '1')
        return reply.code(304).send()
      reply.code(201)
      return loaded(access, result.config)
    },
  }
}

const isDryRun = (request: FastifyRequest): boolean => isOn(queryOf(request).get('dry_run'))

/** Kong's words for true in `flatten_errors`. */
function isOn(value: string | null): boolean {
  return ['true', '1', 'on', 'yes'].includes(value?.toLowerCase() ?? '')
}

function planned({ settle, registry, drafts }: ConfigAccess, draft: Draft, current: Config) {
  const config = settle(draft, drafts.context().randomKey, current)
  return { config, difference: difference(current, config, registry) }
}

/** Pauses at times: the text of a large config takes seconds to write. */
async function printed(config: Config, { registry, drafts }: ConfigAccess): Promise<string> {
  const { now } = drafts.context()
  const visible = new Map(
    [...config].map(([kind, rows]) => [kind, new Map([...rows].filter(([, row]) => !isExpired(row, now)))]),
  )
  const pieces: string[] = []
  for (const piece of printYaml(visible, registry)) {
    if (pieces.push(piece) % PIECES_AT_ONCE === 0) await scheduler.yield()
  }
  return pieces.join('')
}

const PIECES_AT_ONCE = 100

function refuse(reply: FastifyReply, invalid: Invalid, flatten: boolean): FastifyReply {
  if (!flatten) throw invalidConfig(invalid.faults)
  const { flattened, rest } = flattenErrors(invalid)
  const { status, body } = toProblem(invalidConfig(rest))
  return reply.code(status).send({ ...body, flattened_errors: flattened })
}

/** Kong's answer to a document that it took: every entity by kind and id. */
function loaded({ registry, drafts }: ConfigAccess, config: Config): JsonObject {
  const kinds = declarable(registry).flatMap((definition) => {
    const rows = [...(config.get(definition.kind)?.values() ?? [])]
    const shown = rows.map((row) => [row.id, drafts.present(definition, row)] as const)
    return rows.length === 0 ? [] : [[definition.kind, Object.fromEntries(shown)] as const]
  })
  return Object.fromEntries(kinds)
}

function shownDifference(
  { registry, drafts }: ConfigAccess,
  { added, changed, removed }: Difference,
): object {
  const shown = ({ kind, id, entity }: { kind: Kind; id: string; entity: Entity }) => {
    const definition = registry.get(kind)
    return { kind, id, entity: definition ? drafts.present(definition, entity) : entity }
  }
  const { now } = drafts.context()
  return {
    added: added.map(shown),
    changed: changed.map((row) => ({ ...shown(row), fields: row.fields })),
    // What has expired is not there, whether it was swept away yet or not.
    removed: removed.filter(({ entity }) => !isExpired(entity, now)).map(shown),
  }
}
