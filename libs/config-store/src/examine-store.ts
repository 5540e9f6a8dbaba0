import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Position } from '@biplane/protocol'
import { readingMs, toFinding } from './check.ts'
import { ownerOf } from './claim.ts'
import { unlock } from './encryption.ts'
import { inExpendableProcess } from './expendable-process.ts'
import { toTexts } from './key-text.ts'
import type { Manifest } from './manifest.ts'
import { condemned, readMarks } from './marks.ts'
import { manifestOf } from './open-active.ts'
import type { ReadInput } from './read-entry.ts'
import { generationPath } from './store.ts'
import type { StoreKey } from './store-key.ts'

/** What a store looks like from outside. */
export type StoreReport =
  | { readonly kind: 'missing' }
  /**
   * The process that opens it next moves it aside and starts with nothing: it is damaged, or encrypted under other keys than
   * those given.
   */
  | { readonly kind: 'unusable' | 'locked'; readonly reason: string }
  | {
      readonly kind: 'whole'
      readonly position: Position
      /** Of the file that holds the config. */
      readonly bytes: number
      readonly encrypted: boolean
      /** The process that has it open; null where none has. */
      readonly owner: number | null
      /** Whether all of it was read. Of a store in use a part is: its owner has read it. */
      readonly readInFull: boolean
    }

/**
 * Looks at a store that another process may have open, in a child process, since damage would end this one.
 *
 * @param keys those that its owner was started with
 * @throws Error when aborted; StoppedFromOutside
 */
export async function examineStore(
  directory: string,
  keys: readonly StoreKey[] = [],
  signal?: AbortSignal,
): Promise<StoreReport> {
  const reading = manifestOf(directory)
  if (reading.kind !== 'found') return reading
  const unlocked = unlock(reading.manifest, keys)
  if (unlocked.kind === 'locked') return unlocked
  const owner = ownerOf(directory)
  const reason = owner === null ? condemned(readMarks(directory)) : undefined
  if (reason !== undefined) return { kind: 'unusable', reason }
  const bytes = activeBytes(directory, reading.manifest)
  const extent = owner === null ? 'all' : 'probe'
  const ended = await inExpendableProcess({
    entry: 'read-entry',
    arguments: ['examine', directory, extent],
    input: { keys: toTexts(keys), wrapFor: null } satisfies ReadInput,
    timeoutMs: readingMs(bytes),
    ...(signal === undefined ? {} : { signal }),
  })
  if (ended.kind === 'crashed') return { kind: 'unusable', reason: `a process that read it ${ended.how}` }
  const finding = toFinding(ended.line)
  if (finding.kind !== 'whole') return { kind: 'unusable', reason: finding.reason }
  const encrypted = unlocked.key !== null
  return { kind: 'whole', position: finding.position, bytes, encrypted, owner, readInFull: extent === 'all' }
}

/** Whether keys are needed to read the store; false where there is none. */
export function isEncrypted(directory: string): boolean {
  const reading = manifestOf(directory)
  return reading.kind === 'found' && reading.manifest.keyCheck !== null
}

/** 0 where the file has just been replaced. */
export function activeBytes(directory: string, { generation }: Manifest): number {
  const file = join(generationPath(directory, generation), 'data.mdb')
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
