import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { syncDirectory } from './durable.ts'

/** How often in a row the process died while it opened or wrote the store, and whether it last stopped in order. */
export interface Marks {
  readonly diedOpening: number
  readonly diedWriting: number
  readonly stoppedCleanly: boolean
}

/**
 * LMDB ends the process when it meets damage, so what it was doing is marked in a file beforehand. One death can be a
 * `kill -9` at a bad moment, or the memory killer; a second one at the same step condemns the store. Writing counts
 * too, because the check reads the config, not LMDB's list of free pages.
 */
export class RunningMarks {
  readonly #file: number
  #marks: Marks

  /** Marks the opening: durable, since a damaged file may take the kernel along. */
  constructor(directory: string, before: Marks) {
    this.#file = openSync(marksPath(directory), constants.O_RDWR | constants.O_CREAT, 0o600)
    this.#marks = { ...before, diedOpening: before.diedOpening + 1, stoppedCleanly: false }
    this.#write()
    fsyncSync(this.#file)
    syncDirectory(directory)
  }

  opened(): void {
    this.#set({ diedOpening: 0 })
  }

  /** Not synced: it must survive the process, not the power. */
  writing(): void {
    this.#set({ diedWriting: this.#marks.diedWriting + 1 })
  }

  /** The store was written well. Never throws, since what was written counts, whatever becomes of the mark. */
  written(): void {
    this.#takeBack({ diedWriting: 0 })
  }

  /** Another generation has taken the place of the one that all marks are about. Never throws, for the same reason. */
  replaced(): void {
    this.#takeBack({ diedOpening: 0, diedWriting: 0 })
  }

  /** Makes the next start move the store aside, unless the generation is replaced before. */
  condemn(): void {
    this.#set({ diedOpening: CONDEMNED })
    fsyncSync(this.#file)
  }

  stop(): void {
    this.#set({ stoppedCleanly: true })
    fsyncSync(this.#file)
    closeSync(this.#file)
  }

  #takeBack(change: Partial<Marks>): void {
    try {
      this.#set(change)
    } catch {
      // A mark that stays costs a copy that could have been kept, and only if the process dies here once more.
    }
  }

  #set(change: Partial<Marks>): void {
    this.#marks = { ...this.#marks, ...change }
    this.#write()
  }

  #write(): void {
    const { diedOpening, diedWriting, stoppedCleanly } = this.#marks
    const digits = [diedOpening, diedWriting, Number(stoppedCleanly)].map((count) => Math.min(count, 9))
    writeSync(this.#file, digits.join(''), 0)
  }
}

const CONDEMNED = 2

export function readMarks(directory: string): Marks {
  const text = readMarksText(marksPath(directory))
  const [diedOpening = 0, diedWriting = 0, clean = 0] = /^\d{3}$/.test(text) ? [...text].map(Number) : []
  return { diedOpening, diedWriting, stoppedCleanly: clean === 1 }
}

/** Why the store must not be opened again, if so. */
export function condemned({ diedOpening, diedWriting }: Marks): string | undefined {
  if (diedOpening >= CONDEMNED)
    return 'the process died repeatedly while opening it, or a later check found damage'
  if (diedWriting >= CONDEMNED) return 'the process died repeatedly while writing it'
  return undefined
}

function marksPath(directory: string): string {
  return join(directory, 'marks')
}

function readMarksText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // no marks, or none that can be read: the check decides alone
  }
}
