import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type LiveProcess, liveProcess, signalProcess } from './live-process.ts'

/** What a run left on disk about one of its processes, so that the next run can find it after a crash of the launcher. */
interface Recorded extends LiveProcess {
  readonly name: string
  readonly pid: number
}

const LAUNCHER = 'launcher'

export function recordProcess(home: string, name: string, pid: number): void {
  const live = liveProcess(pid)
  if (live !== undefined) writeFileSync(recordFile(home, name), JSON.stringify({ name, pid, ...live }))
}

export function forgetProcess(home: string, name: string): void {
  rmSync(join(home, 'run', `${name}.json`), { force: true })
}

/** Makes this process the one launcher of the folder; the pid of another one that already is. */
export function claimFolder(home: string): number | undefined {
  const other = leftovers(home).find(({ name }) => name === LAUNCHER)
  if (other !== undefined) return other.pid
  forgetProcess(home, LAUNCHER)
  const draft = join(home, `claim-${process.pid}`)
  writeFileSync(draft, JSON.stringify({ name: LAUNCHER, pid: process.pid, ...liveProcess(process.pid) }))
  try {
    linkSync(draft, recordFile(home, LAUNCHER)) // whole, and only if there is none
    return undefined
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    return readRecord(recordFile(home, LAUNCHER))?.pid ?? 0
  } finally {
    rmSync(draft)
  }
}

/** Ends the claim, after everything else is stopped. */
export function releaseFolder(home: string): void {
  rmSync(join(home, 'run'), { recursive: true, force: true })
}

/** Stops what an earlier run left: in order of dependence, gently first. */
export async function stopLeftovers(home: string, say: (line: string) => void): Promise<void> {
  const found = leftovers(home)
    .filter(({ name }) => name !== LAUNCHER)
    .sort((a, b) => stopOrder(a.name) - stopOrder(b.name))
  for (const recorded of found) {
    const { name, pid } = recorded
    say(`stopping ${name} (pid ${pid}), left by an earlier run`)
    signalProcess(pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM')
    const deadline = Date.now() + 12_000
    while (isAlive(recorded)) {
      if (Date.now() > deadline) signalProcess(pid, 'SIGKILL')
      await pause(50)
    }
    forgetProcess(home, name)
  }
}

/** The processes of an earlier run that are still alive. */
function leftovers(home: string): Recorded[] {
  const directory = join(home, 'run')
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .map((file) => readRecord(join(directory, file)))
    .filter((recorded) => recorded !== undefined)
    .filter(isAlive)
}

function isAlive({ pid, command, started }: Recorded): boolean {
  const live = liveProcess(pid)
  return live?.command === command && live.started === started
}

function recordFile(home: string, name: string): string {
  const directory = join(home, 'run')
  mkdirSync(directory, { recursive: true })
  return join(directory, `${name}.json`)
}

/** Data planes end first and the database last, as in an ordered stop. */
function stopOrder(name: string): number {
  const order = ['dataplane', 'sync-hub', 'admin-api', 'echo', 'postgres']
  return order.findIndex((prefix) => name.startsWith(prefix))
}

/** A record cut short by a crash says nothing. */
function readRecord(file: string): Recorded | undefined {
  const text = readFileSync(file, 'utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
