import type { PluginSchema } from '@biplane/entities'
import { describeViolation, NO_CONFIG_HASH } from '@biplane/protocol'
import { givenConfig, type Logger, type Settings, StartProblem } from '@biplane/service'
import type { DataPlane } from '../node.ts'
import { GIVEN_EPOCH, givenUpdate } from './given-update.ts'

export interface GivenConfigOptions {
  readonly settings: Pick<
    Settings<'dataplane'>,
    'declarative_config' | 'declarative_config_string' | 'declarative_config_over_cache' | 'router_flavor'
  >
  readonly plugins: ReadonlyMap<string, PluginSchema>
  readonly log: Logger
}

/**
 * Lets a node serve the declarative config that it is given, if any, until a control plane gives it another one. What it has
 * from a control plane is newer, so that stays and nobody looks at the file, unless a setting wants it otherwise.
 *
 * @throws StartProblem for a config that this node cannot serve, naming the line or the entity
 */
export async function takeGivenConfig(
  node: Pick<DataPlane, 'position' | 'apply'>,
  { settings, plugins, log }: GivenConfigOptions,
): Promise<void> {
  const { epoch, revision, hash } = node.position()
  const isSent = hash !== NO_CONFIG_HASH && epoch !== GIVEN_EPOCH
  if (isSent && !settings.declarative_config_over_cache) return
  const given = givenConfig(settings)
  if (given === null) return
  const next = epoch === GIVEN_EPOCH ? revision + 1 : 1
  const answer = await node.apply(await givenUpdate(given, plugins, settings.router_flavor, next))
  if (answer.kind === 'rejected') {
    const told = answer.errors.map(describeViolation)
    throw new StartProblem(`${given.name}: this node cannot serve it:\n${told.join('\n')}`)
  }
  log.info(`${given.name} is served until a control plane gives another config`)
}
