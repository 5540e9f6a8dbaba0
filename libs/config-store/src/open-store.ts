import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { check } from './check.ts'
import { claim } from './claim.ts'
import { Generation } from './generation.ts'
import type { Log } from './log.ts'
import { type Lookups, lookupsText } from './lookups.ts'
import { type Manifest, newManifest, readManifest, writeManifest } from './manifest.ts'
import { condemned, RunningMarks, readMarks } from './marks.ts'
import { moveAside } from './move-aside.ts'
import { LOOKUPS_KEY } from './records.ts'
import { createGeneration, generationPath, generationsIn, Store } from './store.ts'

export interface StoreOptions {
  /** Created with mode 0700 where missing. One process at a time may have it open; its threads use a `Reader`. */
  readonly directory: string
  readonly lookups: Lookups
  /** Bytes one generation may use; without it only the disk limits. While a snapshot arrives there are two generations. */
  readonly mapSize?: number
  readonly log: Log
  /** Called when a check that runs while serving finds damage: the store must be closed; the next open moves it aside. */
  readonly onDamage?: (reason: string) => void
}

/** Up to this size reading all is quick; above, a store that stopped in order is read in full only while it serves. */
const QUICKLY_READ = 64 << 20

/** What lies in the directory, after the checks that come before opening. */
type Found = { readonly kind: 'nothing' } | { readonly kind: 'unusable'; readonly reason: string } | Whole

interface Whole {
  readonly kind: 'whole'
  readonly manifest: Manifest
  /** Bytes that are still to be read while serving; 0 when all was read. */
  readonly unread: number
}

/**
 * Opens the store, or an empty one where it is missing, damaged or of another format; such a one is logged and moved
 * aside, never fatal.
 *
 * @throws StoreInUse when another process has it open
 * @throws Error when the directory cannot be written, or the checking process was stopped from outside
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { directory, log } = options
  const started = performance.now()
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const release = await claim(directory, log)
  try {
    return await openClaimed(options, release, started)
  } catch (error) {
    release()
    throw error
  }
}

async function openClaimed(options: StoreOptions, release: () => void, started: number): Promise<Store> {
  const { directory, log } = options
  if ((statSync(directory).mode & 0o077) !== 0) chmodSync(directory, 0o700)
  const found = await inspect(directory)
  if (found.kind === 'unusable') moveAside(directory, found.reason, log)
  const store = (found.kind === 'whole' ? await openFound(options, found) : null) ?? create(options)
  store.onClosed(release)
  await store.removeOldGenerations()
  log.info(
    { store: directory, position: store.position, tookMs: Math.round(performance.now() - started) },
    'config store open',
  )
  return store
}

async function inspect(directory: string): Promise<Found> {
  const reading = readManifest(directory)
  if (reading.kind === 'unusable') return reading
  if (reading.kind === 'missing') {
    const leftovers = generationsIn(directory)
    return leftovers.length === 0
      ? { kind: 'nothing' }
      : { kind: 'unusable', reason: 'store.json is missing' }
  }
  const marks = readMarks(directory)
  const reason = condemned(marks)
  if (reason !== undefined) return { kind: 'unusable', reason }
  const { manifest } = reading
  const generation = generationPath(directory, manifest.generation)
  const bytes = statSync(join(generation, 'data.mdb'), { throwIfNoEntry: false })?.size
  if (bytes === undefined) return { kind: 'unusable', reason: 'the active generation is missing' }
  const extent = marks.stoppedCleanly && bytes > QUICKLY_READ ? 'probe' : 'all'
  const finding = await check(generation, { extent, bytes })
  if (finding.kind === 'damaged') return { kind: 'unusable', reason: finding.reason }
  return { kind: 'whole', manifest, unread: extent === 'probe' ? bytes : 0 }
}

/** Null when it cannot be used after all; it was moved aside then. */
async function openFound(options: StoreOptions, { manifest, unread }: Whole): Promise<Store | null> {
  const { directory, lookups, log } = options
  const marks = new RunningMarks(directory, readMarks(directory))
  let active: Generation | null = null
  try {
    active = new Generation(generationPath(directory, manifest.generation))
    const written = active.tree.get(LOOKUPS_KEY)?.toString()
    marks.opened()
    const store = new Store(directory, options, marks, manifest, active)
    if (written !== lookupsText(lookups)) await rewrite(store)
    else if (unread > 0) store.checkWhileServing(unread)
    return store
  } catch (error) {
    await active?.close()
    marks.stop()
    moveAside(directory, error instanceof Error ? error.message : String(error), log)
    return null
  }
}

function create(options: StoreOptions): Store {
  const { directory } = options
  const marks = new RunningMarks(directory, readMarks(directory))
  const active = createGeneration(generationPath(directory, 1), options)
  const manifest = newManifest(1)
  writeManifest(directory, manifest)
  marks.opened()
  return new Store(directory, options, marks, manifest, active)
}

/** Writes the config anew, for lookups that were declared differently when it was written. */
async function rewrite(store: Store): Promise<void> {
  const writer = store.beginSnapshot(store.position)
  for (const change of store.entities()) writer.write(change)
  const sealed = await writer.seal()
  const outcome = sealed.kind === 'sealed' ? await writer.activate() : sealed
  if (outcome.kind === 'refused') throw new Error(`it cannot be rewritten: ${outcome.errors[0]?.message}`)
}
