import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { isJsonObject, type Json } from '@biplane/entities'
import { type Position, samePosition } from '@biplane/protocol'
import { readingMs } from './check.ts'
import { isAlive } from './claim.ts'
import { type Copied, type NotCopied, type OnProgress, refuse } from './copy-config.ts'
import { syncDirectory } from './durable.ts'
import { activeBytes, examineStore } from './examine-store.ts'
import { inExpendableProcess } from './expendable-process.ts'
import { toTexts } from './key-text.ts'
import { manifestOf, messageOf } from './open-active.ts'
import type { ReadInput } from './read-entry.ts'
import type { StoreKey } from './store-key.ts'
import { toPosition } from './tree.ts'

export interface ExportOptions {
  /** The store to copy. A process may have it open and go on writing it. */
  readonly from: string
  /** Where the copy shall lie: nothing, or an empty directory. */
  readonly to: string
  /** Those that open the store, where it is encrypted. */
  readonly keys?: readonly StoreKey[]
  /** The copy is encrypted for these keys; without them it lies as the store does, for the keys of the store. */
  readonly wrapFor?: readonly StoreKey[]
  readonly onProgress?: OnProgress
  /** Called when all is written, before it is read once more. */
  readonly onWritten?: () => void
  readonly signal?: AbortSignal
}

export interface Exported {
  readonly kind: 'exported'
  readonly position: Position
  readonly entities: number
  /** Of all files of the copy. */
  readonly bytes: number
}

/**
 * Makes a copy of a store, at one revision, that another process can open as its own. It is written beside its place,
 * verified and then put there in one step, so a copy that is there is whole. The store itself is only read, in a child
 * process.
 *
 * @throws Error when aborted; StoppedFromOutside
 */
export async function exportStore(options: ExportOptions): Promise<Exported | NotCopied> {
  const [from, to] = [resolve(options.from), resolve(options.to)]
  if (to.startsWith(`${from}${sep}`)) return refuse('occupied', `${to} lies in the store itself`)
  const taken = whatIsAt(to)
  if (taken !== null) return taken
  let workshop: string
  let made: string | undefined
  try {
    made = mkdirSync(dirname(to), { recursive: true })
    removeLeftovers(to)
    workshop = mkdtempSync(`${to}${WORKSHOP}${process.pid}-`)
  } catch (error) {
    removeEmpty(dirname(to), made)
    return refuse('unwritable', `the copy cannot be written: ${messageOf(error)}`)
  }
  try {
    const unfit = tryPlace(workshop, to)
    if (unfit !== null) return unfit
    const copy = join(workshop, basename(to))
    const copied = await copyInChild(from, copy, options)
    if (copied.kind === 'refused') return copied
    options.onWritten?.()
    const lost = await whatIsWrong(copy, copied.position, options)
    if (lost !== null)
      return refuse('unwritable', `the copy was written but is not what it should be: ${lost}`)
    options.signal?.throwIfAborted()
    const bytes = bytesIn(copy)
    return putInPlace(copy, to) ?? { ...copied, kind: 'exported', bytes }
  } finally {
    rmSync(workshop, { recursive: true, force: true })
    removeEmpty(dirname(to), made)
  }
}

/** Between the name of a copy and the pid of the process that makes it. */
const WORKSHOP = '.exporting-'

/** Takes away what exports to this place left when they were killed: it holds secrets. */
function removeLeftovers(to: string): void {
  const prefix = `${basename(to)}${WORKSHOP}`
  for (const name of readdirSync(dirname(to))) {
    const [, pid] = name.startsWith(prefix) ? (/^(\d+)-/.exec(name.slice(prefix.length)) ?? []) : []
    if (pid === undefined || isAlive(Number(pid))) continue
    try {
      rmSync(join(dirname(to), name), { recursive: true, force: true })
    } catch {
      // Somebody else's, or a child that was orphaned still writes there: the next export tries again.
    }
  }
}

/** Takes away the directories that were made for a copy, from the innermost to the outermost, as far as they are empty. */
function removeEmpty(innermost: string, outermost: string | undefined): void {
  if (outermost === undefined) return
  for (let directory = innermost; ; directory = dirname(directory)) {
    try {
      rmdirSync(directory)
    } catch {
      return // the copy lies there, or something else does
    }
    if (directory === outermost) return
  }
}

/** Finds out before all is written that a directory cannot be replaced. */
function tryPlace(workshop: string, to: string): NotCopied | null {
  if (!existsSync(to)) return null
  const empty = join(workshop, 'empty')
  mkdirSync(empty)
  return putInPlace(empty, to)
}

function whatIsAt(to: string): NotCopied | null {
  const found = statSync(to, { throwIfNoEntry: false })
  if (found === undefined) return null
  if (!found.isDirectory()) return refuse('occupied', `${to} is a file`)
  return readdirSync(to).length === 0 ? null : refuse('occupied', `the directory ${to} is not empty`)
}

async function copyInChild(
  from: string,
  into: string,
  { keys = [], wrapFor, onProgress, signal }: ExportOptions,
): Promise<Copied | NotCopied> {
  const reading = manifestOf(from)
  const ended = await inExpendableProcess({
    entry: 'read-entry',
    arguments: ['copy', from, into],
    input: {
      keys: toTexts(keys),
      wrapFor: wrapFor === undefined ? null : toTexts(wrapFor),
    } satisfies ReadInput,
    // Writing takes its time too.
    timeoutMs: reading.kind === 'found' ? 4 * readingMs(activeBytes(from, reading.manifest)) : readingMs(0),
    onLine: (line) => {
      const { kind, entities, total } = told(line)
      if (kind === 'progress') onProgress?.(Number(entities), Number(total))
    },
    ...(signal === undefined ? {} : { signal }),
  })
  if (ended.kind === 'answered') return toOutcome(told(ended.line))
  return refuse('unreadable', `the store ${from} is damaged: a process that read it ${ended.how}`)
}

/** Null when the copy holds what it should. */
async function whatIsWrong(
  copy: string,
  position: Position,
  { keys = [], wrapFor = keys, signal }: ExportOptions,
): Promise<string | null> {
  const report = await examineStore(copy, wrapFor, signal)
  if (report.kind === 'missing') return 'it is not there'
  if (report.kind !== 'whole') return report.reason
  return samePosition(report.position, position) ? null : 'it is at another revision'
}

/** Null when the copy is in its place. */
function putInPlace(copy: string, to: string): NotCopied | null {
  try {
    renameSync(copy, to)
    syncDirectory(dirname(to))
    return null
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EBUSY' || code === 'EXDEV')
      return refuse(
        'unwritable',
        `${to} is a mount point: name a directory in it, such as ${join(to, 'copy')}`,
      )
    return whatIsAt(to) ?? refuse('unwritable', `the copy cannot be put at ${to}: ${messageOf(error)}`)
  }
}

/** Of all files in a directory, however deep. */
function bytesIn(directory: string): number {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return names
    .map((name) => statSync(join(directory, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)
}

function told(line: string): Record<string, Json | undefined> {
  const value: Json = JSON.parse(line)
  if (!isJsonObject(value)) throw new SyntaxError(`the child process printed ${line}`)
  return value
}

/** @throws SyntaxError when the child told something else */
function toOutcome({ kind, reason, message, position, entities }: Record<string, Json | undefined>) {
  if (kind === 'copied')
    return { kind: 'copied', position: toPosition(position), entities: Number(entities) } as const
  // Both ends of the pipe are of this library.
  if (kind === 'refused') return refuse(reason as NotCopied['reason'], String(message))
  throw new SyntaxError(`the child process told of '${kind}'`)
}
