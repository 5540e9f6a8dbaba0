import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeDirectory } from '@biplane/tools/postgres'
import { eventually } from './eventually.ts'

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url))

/** A cluster as `npm start` makes it, in a folder and on ports of its own. */
export interface NpmStart {
  readonly home: string
  readonly portOffset: number
  start(): Promise<void>
  /** Ctrl-C. */
  stop(): Promise<void>
  /** The pid that was printed for a process. */
  pid(name: string): number
  /** Stops it and removes all that it left. */
  close(): Promise<void>
}

/** @param portOffset its own, such that no port is one that `freePort` gives to tests that run at the same time: below 4,560 */
export function npmStart(portOffset: number): NpmStart {
  const home = join(mkdtempSync(join(tmpdir(), 'biplane-start-')), 'home')
  let output = ''
  let stop = async (): Promise<void> => undefined
  return {
    home,
    portOffset,
    async start() {
      output = ''
      const flags = ['--home', home, '--port-offset', String(portOffset)]
      const launcher = spawn(process.execPath, ['tools/src/start.ts', ...flags], { cwd: REPOSITORY })
      launcher.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk
      })
      let running = true
      const ended = new Promise<void>((done) =>
        launcher.once('exit', () => {
          running = false
          done()
        }),
      )
      stop = async () => {
        launcher.kill('SIGINT')
        await ended
      }
      await eventually(() => {
        if (running && !output.includes('A tour to paste')) throw new Error(output)
      }, 120_000)
      if (!running) throw new Error(output)
    },
    stop: () => stop(),
    pid: (name) => Number(new RegExp(`^ +${name} +pid (\\d+) `, 'm').exec(output)?.[1]),
    async close() {
      await stop()
      removeDirectory(join(home, 'postgres'))
      rmSync(dirname(home), { recursive: true, force: true })
    },
  }
}
