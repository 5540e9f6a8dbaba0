import { unlock } from './encryption.ts'
import { Generation } from './generation.ts'
import { type Manifest, type ManifestReading, readManifest } from './manifest.ts'
import { generationPath } from './store.ts'
import type { StoreKey } from './store-key.ts'
import { openTree } from './tree.ts'

export type Opened =
  | { readonly kind: 'open'; readonly manifest: Manifest; readonly generation: Generation }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'locked'; readonly reason: string }

/** How often a generation may turn out to have been replaced between being named and being opened. */
const ATTEMPTS = 20

/** Opens the active generation of a store for reading while another process may replace it. Damage can end this process. */
export function openActive(directory: string, keys: readonly StoreKey[]): Opened {
  for (let attempt = 1; ; attempt++) {
    const reading = manifestOf(directory)
    if (reading.kind !== 'found') return reading
    const { manifest } = reading
    const unlocked = unlock(manifest, keys)
    if (unlocked.kind === 'locked') return unlocked
    const address = { directory: generationPath(directory, manifest.generation), key: unlocked.key }
    try {
      return { kind: 'open', manifest, generation: new Generation(address, openTree(address, true)) }
    } catch (error) {
      const now = manifestOf(directory)
      const replaced = now.kind === 'found' && now.manifest.generation !== manifest.generation
      if (!replaced || attempt === ATTEMPTS) return { kind: 'unusable', reason: messageOf(error) }
    }
  }
}

/** A manifest that may not be read is unusable to whoever does not own the store. */
export function manifestOf(directory: string): ManifestReading {
  try {
    return readManifest(directory)
  } catch (error) {
    return { kind: 'unusable', reason: messageOf(error) }
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
