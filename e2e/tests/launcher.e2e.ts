import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeDirectory } from '@biplane/tools/postgres'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { send } from '../client.ts'
import { eventually } from '../eventually.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
/** Beside whatever a developer is running, and below the ports that `freePort` gives to tests that run at the same time. */
const OFFSET = 2_000
const PROXIES = [8000 + OFFSET, 8010 + OFFSET] as const

interface Listed {
  readonly data: readonly { readonly state: string }[]
}

describe('npm start', () => {
  let launcher: ChildProcess | undefined
  let output = ''
  const home = join(mkdtempSync(join(tmpdir(), 'biplane-start-')), 'home')
  afterEach(() => stop('SIGINT'))
  afterAll(() => {
    removeDirectory(join(home, 'postgres'))
    rmSync(dirname(home), { recursive: true, force: true })
  })

  it('brings up a cluster, stops all of it on Ctrl-C, and keeps its data', async () => {
    await start('--fresh')
    await tour()
    const pids = printedPids()
    expect(pids).toHaveLength(6)
    expect(await stop('SIGINT')).toBe(0)
    expect(pids.filter(isAlive)).toEqual([])
    await start()
    expect((await send(`http://127.0.0.1:${PROXIES[0]}/echo/again`)).status).toBe(200)
  })

  it('recovers from a killed launcher, and one process that dies takes no other with it', async () => {
    await start('--fresh')
    await tour()
    const [, , adminApi] = printedPids()
    process.kill(adminApi ?? 0, 'SIGKILL')
    await eventually(() =>
      expect(output).toMatch(/admin-api \(pid \d+\) was ended by SIGKILL; everything else goes on/),
    )
    expect((await send(`http://127.0.0.1:${PROXIES[1]}/echo/still`)).status).toBe(200)
    const left = printedPids().filter(isAlive)
    expect(left).toHaveLength(5)
    await stop('SIGKILL')
    expect((await send(`http://127.0.0.1:${PROXIES[0]}/echo/orphaned`)).status).toBe(200)
    await start()
    expect(left.filter(isAlive)).toEqual([])
    expect((await send(`http://127.0.0.1:${PROXIES[0]}/echo/recovered`)).status).toBe(200)
  })

  it('stops what is being started', async () => {
    launch('--fresh')
    const record = join(home, 'run', 'postgres.json')
    const { pid } = await eventually(() => JSON.parse(readFileSync(record, 'utf8')))
    expect(await stop('SIGINT')).toBe(0)
    expect(isAlive(pid)).toBe(false)
  })

  it('leaves a folder alone that holds other things', async () => {
    const other = join(dirname(home), 'other')
    mkdirSync(other)
    writeFileSync(join(other, 'letters.txt'), 'mine')
    launch('--fresh', '--home', other)
    await eventually(() => expect(output).toContain('holds other things'))
    expect(readdirSync(other)).toEqual(['letters.txt'])
  })

  it('names a port that another program uses', async () => {
    const other = createServer().listen(8101 + OFFSET, '127.0.0.1')
    launch()
    await eventually(() => expect(output).toContain(`in use by other programs: ${8101 + OFFSET}`))
    other.close()
  })

  function launch(...flags: string[]): void {
    output = ''
    launcher = spawn(
      process.execPath,
      ['tools/src/start.ts', '--home', home, '--port-offset', String(OFFSET), ...flags],
      { cwd: REPOSITORY },
    )
    launcher.stdout?.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }

  async function start(...flags: string[]): Promise<void> {
    launch(...flags)
    await eventually(() => expect(output).toContain('A tour to paste'), 120_000)
  }

  async function stop(signal: NodeJS.Signals): Promise<number | null> {
    const running = launcher
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return null
    const ended = new Promise<number | null>((done) => running.once('exit', done))
    running.kill(signal)
    return ended
  }

  /** The commands that the launcher prints, run as they are. */
  async function tour(): Promise<void> {
    const commands = output.split('\n').filter((line) => line.trim().startsWith('curl '))
    expect(commands).toHaveLength(5)
    for (const command of commands) {
      await eventually(async () => expect(await shell(command)).toMatch(/HTTP\/1.1 20[01]|"data":/))
    }
    // Each command was answered by one worker: a node that is in sync serves by all of them.
    await eventually(async () => {
      const { data } = (await send(`http://127.0.0.1:${8001 + OFFSET}/clustering/data-planes`)).json<Listed>()
      expect(data.map(({ state }) => state)).toEqual(['in_sync', 'in_sync'])
    })
  }

  function printedPids(): number[] {
    return [...output.matchAll(/ pid (\d+) /g)].map(([, pid]) => Number(pid))
  }
})

function shell(command: string): Promise<string> {
  return new Promise((done) => {
    const child = spawn('bash', ['-c', command])
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk
    })
    child.once('close', () => done(text))
  })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
