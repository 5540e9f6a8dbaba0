import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Position } from '@biplane/protocol'
import { readingMs, toFinding } from './check.ts'
import { ownerOf } from './claim.ts'
import { inExpendableProcess } from './expendable-process.ts'
import type { Manifest } from './manifest.ts'
import { condemned, readMarks } from './marks.ts'
import { manifestOf } from './open-active.ts'
import { generationPath } from './store.ts'

/** What a store looks like from outside. */
export type StoreReport =
  | { readonly kind: 'missing' }
  /** The process that opens it next moves it aside and starts with nothing. */
  | { readonly kind: 'unusable'; readonly reason: string }
  | {
      readonly kind: 'whole'
      readonly position: Position
      /** Of the file that holds the config. */
      readonly bytes: number
      /** The process that has it open; null where none has. */
      readonly owner: number | null
      /** Whether all of it was read. Of a store in use a part is: its owner has read it. */
      readonly readInFull: boolean
    }

/**
 * Looks at a store that another process may have open, in a child process, since damage would end this one.
 *
 * @throws Error when aborted; StoppedFromOutside
 */
export async function examineStore(directory: string, signal?: AbortSignal): Promise<StoreReport> {
  const reading = manifestOf(directory)
  if (reading.kind !== 'found') return reading
  const owner = ownerOf(directory)
  const reason = owner === null ? condemned(readMarks(directory)) : undefined
  if (reason !== undefined) return { kind: 'unusable', reason }
  const bytes = activeBytes(directory, reading.manifest)
  const extent = owner === null ? 'all' : 'probe'
  const ended = await inExpendableProcess({
    entry: 'read-entry',
    arguments: ['examine', directory, extent],
    timeoutMs: readingMs(bytes),
    ...(signal === undefined ? {} : { signal }),
  })
  if (ended.kind === 'crashed') return { kind: 'unusable', reason: `a process that read it ${ended.how}` }
  const finding = toFinding(ended.line)
  if (finding.kind !== 'whole') return { kind: 'unusable', reason: finding.reason }
  return { kind: 'whole', position: finding.position, bytes, owner, readInFull: extent === 'all' }
}

/** 0 where the file has just been replaced. */
export function activeBytes(directory: string, { generation }: Manifest): number {
  const file = join(generationPath(directory, generation), 'data.mdb')
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
