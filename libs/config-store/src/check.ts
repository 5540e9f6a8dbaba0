import { inExpendableProcess } from './expendable-process.ts'
import type { GenerationAddress } from './generation-address.ts'
import { toText } from './key-text.ts'
import { reserveLock } from './lmdb-file.ts'
import { toPosition } from './tree.ts'
import type { Finding } from './walk.ts'

export interface CheckOptions {
  readonly extent: 'all' | 'probe'
  /** Of the file; a slow disk is given time in proportion. */
  readonly bytes: number
  readonly signal?: AbortSignal
}

/**
 * Lets a child process open and read a generation, because a damaged one would take this process along.
 *
 * @throws Error when something else than damage kept the child from its answer: it could not be started, or was stopped
 */
export async function check(
  { directory, key }: GenerationAddress,
  { extent, bytes, ...options }: CheckOptions,
): Promise<Finding> {
  reserveLock(directory)
  const ended = await inExpendableProcess({
    entry: 'check-entry',
    arguments: [directory, extent],
    input: { key: key === null ? null : toText(key) },
    timeoutMs: readingMs(bytes),
    ...options,
  })
  if (ended.kind === 'answered') return toFinding(ended.line)
  return { kind: 'damaged', reason: `a process that read it ${ended.how}` }
}

/** How long the slowest disk worth waiting for may take to read a file: 4 MiB a second, and a while to begin. */
export function readingMs(bytes: number): number {
  return 30_000 + bytes / 4096
}

/** @throws SyntaxError when the child printed something else */
export function toFinding(text: string): Finding {
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && 'kind' in value) {
    if (value.kind === 'damaged' && 'reason' in value)
      return { kind: 'damaged', reason: String(value.reason) }
    if (value.kind === 'whole' && 'position' in value)
      return { kind: 'whole', position: toPosition(value.position) }
  }
  throw new SyntaxError(`the check printed ${text}`)
}
