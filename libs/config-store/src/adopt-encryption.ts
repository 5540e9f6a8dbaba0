import type { Encryption } from './encryption.ts'
import type { Log } from './log.ts'
import type { Manifest } from './manifest.ts'
import type { Refusal } from './refusal.ts'
import type { Store } from './store.ts'

/** A store as it was found, and what it was opened with. */
export interface Opening {
  readonly store: Store
  readonly manifest: Manifest
  readonly directory: string
  readonly encryption: Encryption
  /** Whether it was written with other lookups. */
  readonly redeclared: boolean
  readonly log: Log
}

/**
 * Makes a store lie on the disk as it is wanted: in plain text or encrypted, for the keys of now, findable by the lookups of
 * now. Answers whether it was written anew. Where there is no room to switch encryption, the store stays as it is, which is
 * logged: the next snapshot switches it, or the next start.
 *
 * @throws Error when it cannot be used as it is
 */
export async function adoptEncryption(opening: Opening): Promise<boolean> {
  const { store, manifest, directory, encryption, redeclared, log } = opening
  const { on, keys } = encryption
  const switches = (manifest.keyCheck !== null) !== on
  if (!switches && !redeclared) {
    if (on) rewrap(opening)
    return false
  }
  const refusal = await writeAnew(store)
  if (refusal === null) {
    if (switches) log.info({ store: directory, keys: idsOf(keys) }, on ? SWITCHED_ON : SWITCHED_OFF)
    return true
  }
  const message = refusal.errors[0]?.message
  if (redeclared || !refusal.retryable) throw new Error(`it cannot be rewritten: ${message}`)
  log.error(
    { store: directory, reason: message },
    on
      ? 'the config store could not be encrypted: it stays in plain text'
      : 'the config store stays encrypted',
  )
  return false
}

/** The data key stays, and with it all that was written. */
function rewrap({ store, manifest, directory, encryption: { keys }, log }: Opening): void {
  try {
    store.adoptKeys(keys)
  } catch (err) {
    log.error(
      { store: directory, err, keys: manifest.keyCheck?.map(({ key }) => key) },
      'the config store could not be wrapped for the keys of now: keep the previous ones until it can',
    )
  }
}

/** Null when it was done. */
async function writeAnew(store: Store): Promise<Refusal | null> {
  const writer = store.beginSnapshot(store.position)
  try {
    for (const change of store.entities()) writer.write(change)
    const sealed = await writer.seal()
    const outcome = sealed.kind === 'sealed' ? await writer.activate() : sealed
    return outcome.kind === 'refused' ? outcome : null
  } finally {
    await writer.discard()
  }
}

const SWITCHED_ON = 'the config store is encrypted from now on'
const SWITCHED_OFF = 'the config store is in plain text from now on'

const idsOf = (keys: Encryption['keys']): string[] => keys.map(({ id }) => id)
