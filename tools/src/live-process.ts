import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What tells a live process from a later one with the same pid. */
export interface LiveProcess {
  /** Its command line. */
  readonly command: string
  /** The moment it was started, in the system's own form. */
  readonly started: string
}

/** The process with this pid, or undefined when the pid is free. */
export function liveProcess(pid: number): LiveProcess | undefined {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

/** Sends a signal to a process that may have ended meanwhile. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error
  }
}

/** A small Linux system has no `ps`. A process that ended and was not reaped has no command line. */
function fromProc(pid: number): LiveProcess | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // proc(5): the name in parentheses may hold anything; the start time is the twentieth field after it.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
    return command === '' ? undefined : { command, started }
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(codeOf(error))) return undefined
    throw error
  }
}

function fromPs(pid: number): LiveProcess | undefined {
  const column = (name: string) =>
    spawnSync('ps', ['-p', String(pid), '-o', `${name}=`], { encoding: 'utf8' })
  const { status, stdout } = column('command')
  return status === 0 ? { command: stdout.trim(), started: column('lstart').stdout.trim() } : undefined
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
