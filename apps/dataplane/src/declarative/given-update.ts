import { randomUUID } from 'node:crypto'
import { parseText, settle } from '@biplane/declarative'
import { entityKinds, entityRegistry, type PluginSchema, seeds } from '@biplane/entities'
import { type EncodedChange, exported, type IncomingUpdate, NOWHERE } from '@biplane/protocol'
import { type GivenConfig, StartProblem } from '@biplane/service'

/**
 * A declarative config as a snapshot like those of a control plane. Its epoch is nobody else's, so whichever control plane
 * the node reaches gives it everything anew.
 *
 * @throws StartProblem for one that is not valid here, naming the line or the entity
 */
export async function givenUpdate(
  { name, text }: GivenConfig,
  plugins: ReadonlyMap<string, PluginSchema>,
): Promise<IncomingUpdate> {
  const registry = entityRegistry(entityKinds)
  const now = Math.floor(Date.now() / 1000)
  const context = { subschemas: { plugins }, now, uuid: randomUUID, randomKey }
  const outcome = await parseText(text, registry, context)
  if ('problem' in outcome) throw new StartProblem(`${name}: ${outcome.problem}`)
  const own = seeds(randomUUID(), now).map(([kind, row]) => [kind, new Map([[row.id, row]])] as const)
  const config = new Map([...own, ...settle(outcome.draft, randomKey)])
  const { changes, hash } = exported(config, registry)
  return {
    kind: 'snapshot',
    from: NOWHERE,
    to: { epoch: randomUUID(), revision: 1, hash },
    changes: stream(changes),
  }
}

function randomKey(): string {
  return randomUUID().replaceAll('-', '')
}

async function* stream(changes: readonly EncodedChange[]): AsyncGenerator<EncodedChange> {
  yield* changes
}
