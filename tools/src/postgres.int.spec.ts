import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { removeDirectory, runningServer, startPostgres } from './postgres.ts'

describe('startPostgres', () => {
  // mkdtemp makes the folder 0700: as root, the server's account cannot enter it.
  const root = mkdtempSync(join(tmpdir(), 'biplane-closed-'))
  const directory = join(root, 'postgres')
  afterAll(() => {
    for (const path of [realpathSync(directory), root]) rmSync(path, { recursive: true, force: true })
  })

  it('keeps what was committed across a kill, in a folder the server account cannot enter', async () => {
    const first = await startPostgres({ directory })
    await query(first.url, 'create table t as select 42 as answer')
    await first.stop('kill')
    expect(runningServer(directory)).toBeUndefined()
    const second = await startPostgres({ directory, port: first.port })
    expect(await query(second.url, 'select answer from t')).toEqual([{ answer: 42 }])
    await second.stop()
  })

  it('refuses a data directory that another server holds', async () => {
    const first = await startPostgres({ directory })
    expect(runningServer(directory)).toBe(first.pid)
    await expect(startPostgres({ directory })).rejects.toThrow('already running')
    await first.stop()
  })

  it('begins again where a killed run left the folder half filled', async () => {
    const half = join(tmpdir(), `biplane-half-${process.pid}`)
    mkdirSync(half)
    writeFileSync(join(half, 'PG_VERSION'), '18')
    writeFileSync(`${half}.making`, '0')
    const server = await startPostgres({ directory: half })
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await server.stop()
    removeDirectory(half)
  })

  it('begins with an empty database when the folder was deleted, also where the data lay beside it', async () => {
    const deleted = join(root, 'deleted')
    const first = await startPostgres({ directory: deleted })
    await query(first.url, 'create table t as select 1')
    await first.stop()
    const before = realpathSync(deleted)
    rmSync(deleted, { recursive: true })
    const second = await startPostgres({ directory: deleted })
    expect(await query(second.url, "select 1 from pg_tables where tablename = 't'")).toEqual([])
    await second.stop()
    removeDirectory(deleted)
    rmSync(before, { recursive: true, force: true })
  })

  it('tells of the server before it is ready', async () => {
    const told: number[] = []
    const server = await startPostgres({ directory, onSpawn: ({ pid }) => told.push(pid) })
    expect(told).toEqual([server.pid])
    await server.stop()
  })
})

it('gives no free port twice, whichever process asks', async () => {
  const program = `
    import { freePort } from ${JSON.stringify(new URL('postgres.ts', import.meta.url).href)}
    const ports = []
    for (let i = 0; i < 400; i += 1) ports.push(await freePort())
    console.log(JSON.stringify(ports))
    process.stdin.resume()`
  const askers = [1, 2, 3].map(() =>
    spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  const ports: number[] = []
  for (const { stdout } of askers)
    for await (const line of createInterface(stdout)) {
      ports.push(...JSON.parse(line))
      break
    }
  for (const { stdin } of askers) stdin.end()
  expect(new Set(ports).size).toBe(3 * 400)
})

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}
