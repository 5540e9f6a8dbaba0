import { type Context, changesOf, difference, parseText, settle } from '@biplane/declarative'
import type { EntityRegistry } from '@biplane/entities'
import { type GivenConfig, type Logger, StartProblem } from '@biplane/service'
import type { EntityRepository } from '../backend.ts'

export interface StartOptions {
  readonly registry: EntityRegistry
  readonly context: Context
  readonly repository: Pick<EntityRepository, 'rewrite'>
  readonly log: Logger
}

/**
 * Loads the config that the process is given, if any: without one, nodes keep what they have until one is sent to `/config`.
 *
 * @throws StartProblem for one that is not valid, naming the line or the entity
 */
export async function startConfig(given: GivenConfig | null, options: StartOptions): Promise<void> {
  const { registry, context, repository, log } = options
  if (given === null) {
    log.info(
      'no declarative config is given: hubs and nodes keep what they have until one is sent to /config',
    )
    return
  }
  const outcome = await parseText(given.text, registry, context)
  if ('problem' in outcome) throw new StartProblem(`${given.name}: ${outcome.problem}`)
  const config = settle(outcome.draft, context.randomKey)
  await repository.rewrite((current) => {
    const changes = changesOf(difference(current, config, registry), registry)
    return { changes, result: null }
  })
  const entities = [...config.values()].reduce((sum, rows) => sum + rows.size, 0)
  log.info({ entities }, `${given.name} is loaded`)
}
