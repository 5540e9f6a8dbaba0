import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { runningServer, startPostgres } from './postgres.ts'

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
})

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}
