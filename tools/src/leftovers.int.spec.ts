import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { claimFolder, recordProcess, releaseFolder, stopLeftovers } from './leftovers.ts'

describe('what a killed launcher leaves', () => {
  const home = mkdtempSync(join(tmpdir(), 'biplane-left-'))
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    rmSync(join(home, 'run'), { recursive: true, force: true })
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  async function aProcess(): Promise<ChildProcess & { pid: number }> {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")'])
    children.push(child)
    await once(child.stdout, 'data')
    return Object.assign(child, { pid: child.pid ?? 0 })
  }

  function rewrite(name: string, change: object): void {
    const file = join(home, 'run', `${name}.json`)
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }))
  }

  it('is stopped by the next one', async () => {
    const child = await aProcess()
    recordProcess(home, 'echo', child.pid)
    const ended = once(child, 'exit')
    await stopLeftovers(home, () => undefined)
    expect(await ended).toEqual([null, 'SIGTERM'])
  })

  it('is left alone when another process has got its pid since', async () => {
    const child = await aProcess()
    recordProcess(home, 'echo', child.pid)
    rewrite('echo', { started: 'before the last restart of the machine' })
    const said: string[] = []
    await stopLeftovers(home, (line) => said.push(line))
    expect(said).toEqual([])
    expect(child.exitCode ?? child.signalCode).toBeNull()
  })

  it('does not hide the folder from a launcher with the same pid and command, as in a container', () => {
    expect(claimFolder(home)).toBeUndefined()
    rewrite('launcher', { started: 'the first time' })
    expect(claimFolder(home)).toBeUndefined()
  })

  it('is claimed by one launcher only, until it is released', async () => {
    const other = await aProcess()
    mkdirSync(join(home, 'run'), { recursive: true })
    recordProcess(home, 'launcher', other.pid)
    expect(claimFolder(home)).toBe(other.pid)
    releaseFolder(home)
    expect(claimFolder(home)).toBeUndefined()
  })
})
