import { randomUUID } from 'node:crypto'
import { parseText, settle } from '@biplane/declarative'
import { entityKindsOf, entityRegistry, type PluginSchema, type RouterFlavor, seeds } from '@biplane/entities'
import { type EncodedChange, exported, type IncomingUpdate, NOWHERE } from '@biplane/protocol'
import { type GivenConfig, StartProblem } from '@biplane/service'

/** The epoch of no control plane, so whichever one a node reaches gives it everything anew. */
export const GIVEN_EPOCH = 'decade00-c0f1-4a5e-8f11-e0000000f11e'

/**
 * A declarative config as a snapshot like those of a control plane.
 *
 * @param revision one that the node has not served yet in this epoch
 * @throws StartProblem for one that is not valid here, naming the line or the entity
 */
export async function givenUpdate(
  { name, text }: GivenConfig,
  plugins: ReadonlyMap<string, PluginSchema>,
  flavor: RouterFlavor,
  revision: number,
): Promise<IncomingUpdate> {
  const registry = entityRegistry(entityKindsOf(flavor))
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
    to: { epoch: GIVEN_EPOCH, revision, hash },
    changes: stream(changes),
  }
}

function randomKey(): string {
  return randomUUID().replaceAll('-', '')
}

async function* stream(changes: readonly EncodedChange[]): AsyncGenerator<EncodedChange> {
  yield* changes
}
