import { parseVersion } from '@biplane/compat'
import type { Refusal, Store } from '@biplane/config-store'
import {
  type Answer,
  type EncodedChange,
  type IncomingUpdate,
  NOWHERE,
  type Welcome,
} from '@biplane/protocol'
import { type FollowOptions, followSource } from '@biplane/protocol/stream'
import { type FollowerMetrics, type Logger, News } from '@biplane/service'
import { ConfiguredPlugins } from './configured-plugins.ts'
import type { CopyCondition } from './copy-condition.ts'
import type { Views } from './views.ts'

export interface FollowDependencies {
  readonly store: Store
  readonly condition: CopyCondition
  readonly views: Views
  /** The version this hub reports. */
  readonly version: string
  /** A source that is followed from now on has said what it is. */
  readonly onWelcome: (welcome: Welcome) => void
  /** Why the hub would follow itself by this source; null if it would not. */
  readonly circle: (welcome: Welcome) => string | null
  /** The copy has moved on. */
  readonly onMoved: () => void
  readonly metrics: Pick<FollowerMetrics, 'counted' | 'withheld'>
  readonly log: Logger
  readonly stream: Pick<FollowOptions, 'addresses' | 'tls' | 'hello' | 'onLink' | 'backoff' | 'signal'>
}

/**
 * Follows one source at a time and keeps the hub's copy and its views where the source is. A copy that turns out to be
 * damaged is replaced by a snapshot. Ends when the signal aborts.
 */
export async function follow(dependencies: FollowDependencies): Promise<void> {
  const { condition, stream } = dependencies
  while (!stream.signal.aborted)
    await followUntil(AbortSignal.any([stream.signal, condition.untilDamaged]), dependencies)
}

function followUntil(
  signal: AbortSignal,
  { store, condition, views, version, onWelcome, circle, onMoved, metrics, log, stream }: FollowDependencies,
): Promise<void> {
  const told = { log, news: new News(() => performance.now()) }
  return followSource({
    ...stream,
    signal,
    log,
    position: () => (condition.sound ? store.position : NOWHERE),
    onWelcome(welcome) {
      const round = circle(welcome)
      if (round !== null)
        return `${round}: hubs that follow each other in a circle would follow no control plane`
      const unfit = unfitSource(version, welcome.version)
      if (unfit !== null) return unfit
      onWelcome(welcome)
      return null
    },
    onUpdate: metrics.counted(async (update: IncomingUpdate): Promise<Answer> => {
      const answer = await apply(update, store, views, told)
      if (answer.kind === 'applied' && update.kind === 'snapshot') condition.replaced()
      if (answer.kind === 'applied') onMoved()
      return answer
    }),
    onWithheld(withheld) {
      const { reason } = withheld
      metrics.withheld(withheld)
      log.warn({ reason }, `the source sends no config: ${reason.message}; the copy here stays in force`)
    },
  })
}

/**
 * Why a hub of this version must not follow a source; null if it may. What a newer minor release can say this hub may not
 * understand, and it could not reduce it for older nodes: hubs are upgraded first.
 */
export function unfitSource(own: string, source: string): string | null {
  if (source === '') return 'it is a hub that has not followed a control plane yet: it has nothing to pass on'
  const ours = parseVersion(own)
  const theirs = parseVersion(source)
  if (!ours || !theirs) return `the versions of hub (${own}) and source (${source}) cannot be compared`
  if (ours.major === theirs.major && ours.minor >= theirs.minor) return null
  return `the source is of version ${source} and this hub of ${own}: upgrade the hub first; until then it serves its copy`
}

/** Takes an update into the copy, then into the views. On disk before it is answered, and nothing of it before it is whole. */
async function apply(
  update: IncomingUpdate,
  store: Store,
  views: Views,
  { log, news }: { readonly log: Logger; readonly news: News },
): Promise<Answer> {
  const began = performance.now()
  const refusal =
    update.kind === 'snapshot'
      ? await applySnapshot(update, store, views)
      : await applyDelta(update, store, views)
  const { epoch, revision, hash } = update.to
  if (refusal !== null) {
    const { reason, retryable, errors } = refusal
    const level = news.is(reason) ? 'error' : 'debug'
    log[level]({ revision, reason, errors }, `could not store revision ${revision}: ${reason}`)
    return { kind: 'rejected', revision, retryable, errors }
  }
  news.over()
  const tookMs = Math.round(performance.now() - began)
  const level = update.kind === 'snapshot' ? 'info' : 'debug'
  log[level]({ epoch, from: update.from.revision, revision, hash, tookMs }, `stored a ${update.kind}`)
  return { kind: 'applied', position: update.to, tookMs }
}

async function applyDelta(update: IncomingUpdate, store: Store, views: Views): Promise<Refusal | null> {
  const changes: EncodedChange[] = []
  for await (const change of update.changes) changes.push(change)
  // From here to the end without a pause, so that copy and views are never seen at different revisions.
  const replacements = views.stage(changes)
  const outcome = store.applyDelta(update.from, update.to, changes)
  if (outcome.kind === 'refused') return outcome
  views.advance(update.to, replacements)
  return null
}

async function applySnapshot(update: IncomingUpdate, store: Store, views: Views): Promise<Refusal | null> {
  const configured = new ConfiguredPlugins()
  const writer = store.beginSnapshot(update.to)
  try {
    for await (const change of update.changes) {
      writer.write(change)
      configured.add(change)
    }
    const sealed = await writer.seal()
    if (sealed.kind === 'refused') return sealed
    const activated = await writer.activate()
    if (activated.kind === 'refused') return activated
  } finally {
    await writer.discard()
  }
  await views.replace(configured)
  await store.removeOldGenerations()
  return null
}
