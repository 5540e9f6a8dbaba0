import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { adoptEncryption } from './adopt-encryption.ts'
import { check } from './check.ts'
import { claim } from './claim.ts'
import { type Encryption, newDataKeyFor, OFF, unlock, wrapFor } from './encryption.ts'
import { Generation } from './generation.ts'
import type { GenerationAddress } from './generation-address.ts'
import type { Log } from './log.ts'
import { type Lookups, lookupsText } from './lookups.ts'
import { type Manifest, newManifest, readManifest, writeManifest } from './manifest.ts'
import { condemned, RunningMarks, readMarks } from './marks.ts'
import { moveAside, removePlainAsides, type Useless } from './move-aside.ts'
import { LOOKUPS_KEY } from './records.ts'
import { createGeneration, generationPath, generationsIn, Store } from './store.ts'

export interface StoreOptions {
  /** Created with mode 0700 where missing. One process at a time may have it open; its threads use a `Reader`. */
  readonly directory: string
  readonly lookups: Lookups
  /** Bytes one generation may use; without it only the disk limits. While a snapshot arrives there are two generations. */
  readonly mapSize?: number
  /** Without it nothing is encrypted, and what is cannot be read. */
  readonly encryption?: Encryption
  readonly log: Log
  /** Called when a check that runs while serving finds damage: the store must be closed; the next open moves it aside. */
  readonly onDamage?: (reason: string) => void
}

/** Up to this size reading all is quick; above, a store that stopped in order is read in full only while it serves. */
const QUICKLY_READ = 64 << 20

/** What lies in the directory, after the checks that come before opening. */
type Found = { readonly kind: 'nothing' } | Useless | Whole

interface Whole {
  readonly kind: 'whole'
  readonly manifest: Manifest
  readonly address: GenerationAddress
  /** Bytes that are still to be read while serving; 0 when all was read. */
  readonly unread: number
}

/**
 * Opens the store, or an empty one where it is missing, damaged, of another format or encrypted under other keys; such a
 * one is logged and moved aside, never fatal. Afterwards it lies on the disk as `encryption` says, wrapped for its keys.
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
  const { directory, encryption = OFF, log } = options
  if ((statSync(directory).mode & 0o077) !== 0) chmodSync(directory, 0o700)
  const wasPlain = isPlain(directory)
  const found = await inspect(directory, encryption)
  if (found.kind === 'damaged' || found.kind === 'locked') moveAside(directory, found, log)
  const store = (found.kind === 'whole' ? await openFound(options, found) : null) ?? create(options)
  store.onClosed(release)
  await store.removeOldGenerations()
  if (wasPlain && store.generation.key !== null) removePlainAsides(directory, log)
  log.info(
    { store: directory, position: store.position, tookMs: Math.round(performance.now() - started) },
    'config store open',
  )
  return store
}

function isPlain(directory: string): boolean {
  const reading = readManifest(directory)
  return reading.kind === 'found' && reading.manifest.keyCheck === null
}

async function inspect(directory: string, { keys }: Encryption): Promise<Found> {
  const reading = readManifest(directory)
  if (reading.kind === 'unusable') return damaged(reading.reason)
  if (reading.kind === 'missing') {
    const leftovers = generationsIn(directory)
    return leftovers.length === 0 ? { kind: 'nothing' } : damaged('store.json is missing')
  }
  const { manifest } = reading
  const unlocked = unlock(manifest, keys)
  if (unlocked.kind === 'locked') return unlocked
  const marks = readMarks(directory)
  const reason = condemned(marks)
  if (reason !== undefined) return damaged(reason)
  const address = { directory: generationPath(directory, manifest.generation), key: unlocked.key }
  const bytes = statSync(join(address.directory, 'data.mdb'), { throwIfNoEntry: false })?.size
  if (bytes === undefined) return damaged('the active generation is missing')
  const extent = marks.stoppedCleanly && bytes > QUICKLY_READ ? 'probe' : 'all'
  const finding = await check(address, { extent, bytes })
  if (finding.kind === 'damaged') return finding
  return { kind: 'whole', manifest, address, unread: extent === 'probe' ? bytes : 0 }
}

/** Null when it cannot be used after all; it was moved aside then. */
async function openFound(options: StoreOptions, { manifest, address, unread }: Whole): Promise<Store | null> {
  const { directory, lookups, encryption = OFF, log } = options
  const marks = new RunningMarks(directory, readMarks(directory))
  let active: Generation | null = null
  try {
    active = new Generation(address)
    const written = active.tree.get(LOOKUPS_KEY)?.toString()
    marks.opened()
    const store = new Store(directory, options, encryption, marks, manifest, active)
    const redeclared = written !== lookupsText(lookups)
    const anew = await adoptEncryption({ store, manifest, directory, encryption, redeclared, log })
    if (!anew && unread > 0) store.checkWhileServing(unread)
    return store
  } catch (error) {
    await active?.close()
    marks.stop()
    moveAside(directory, damaged(error instanceof Error ? error.message : String(error)), log)
    return null
  }
}

function create(options: StoreOptions): Store {
  const { directory, encryption = OFF } = options
  const marks = new RunningMarks(directory, readMarks(directory))
  const key = newDataKeyFor(encryption)
  const active = createGeneration({ directory: generationPath(directory, 1), key }, options)
  const manifest = newManifest(1, wrapFor(key, encryption))
  writeManifest(directory, manifest)
  marks.opened()
  return new Store(directory, options, encryption, marks, manifest, active)
}

function damaged(reason: string): Useless {
  return { kind: 'damaged', reason }
}
