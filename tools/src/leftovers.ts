import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { commandOf } from './app-process.ts'

/** What a run left on disk about one of its processes, so that the next run can find it after a crash of the launcher. */
interface Recorded {
  readonly name: string
  readonly pid: number
  /** Its command line: a pid alone may belong to somebody else by now. */
  readonly command: string
}

export function recordProcess(home: string, name: string, pid: number): void {
  const command = commandOf(pid)
  if (command === undefined) return
  const directory = join(home, 'run')
  mkdirSync(directory, { recursive: true })
  const recorded: Recorded = { name, pid, command }
  writeFileSync(join(directory, `${name}.json`), JSON.stringify(recorded))
}

export function forgetProcess(home: string, name: string): void {
  rmSync(join(home, 'run', `${name}.json`), { force: true })
}

/** The processes of an earlier run that are still alive. */
export function leftovers(home: string): Recorded[] {
  const directory = join(home, 'run')
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .map((file) => readRecord(join(directory, file)))
    .filter((recorded) => recorded !== undefined && commandOf(recorded.pid) === recorded.command)
    .filter((recorded) => recorded !== undefined)
}

/** Stops what an earlier run left: in order of dependence, gently first. */
export async function stopLeftovers(home: string, say: (line: string) => void): Promise<void> {
  const found = leftovers(home).sort((a, b) => stopOrder(a.name) - stopOrder(b.name))
  for (const { name, pid, command } of found) {
    say(`stopping ${name} (pid ${pid}), left by an earlier run`)
    process.kill(pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM')
    const deadline = Date.now() + 12_000
    while (commandOf(pid) === command) {
      if (Date.now() > deadline) process.kill(pid, 'SIGKILL')
      await pause(50)
    }
  }
  rmSync(join(home, 'run'), { recursive: true, force: true })
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
