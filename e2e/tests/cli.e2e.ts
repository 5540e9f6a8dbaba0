import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { removeDirectory } from '@biplane/tools/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { biplane, startBiplane } from '../biplane.ts'
import { inSync, route, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { replaceFolder } from '../folders.ts'
import { readJournal } from '../journal-view.ts'
import { startLoad } from '../load.ts'
import { type Stack, startStack } from '../stack.ts'

describe('biplane, beside a running cluster', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
  })
  afterAll(() => stack?.close())

  const nodes = (...more: string[]) => biplane(['nodes', '--admin', stack.adminUrl, ...more])
  const migrations = (...more: string[]) => biplane(['migrations', ...more], databaseSettings(stack))

  it('waits for the nodes to run a change, and shows what they run', async () => {
    await route(stack, 'kept')
    const waited = await nodes('--wait-for', 'in_sync', '--at-least', '2')
    expect(waited).toMatchObject({ code: 0, stdout: expect.stringMatching(/2 nodes: 2 in_sync\n$/) })
    for (const node of stack.nodes) expect(await statusOf(node, '/kept')).toBe(200)
    const shown = await nodes('--json')
    const { head } = await readJournal(stack)
    const synced = {
      state: 'in_sync',
      config_revision: head.revision,
      config_hash: head.hash,
      revisions_behind: 0,
    }
    expect(JSON.parse(shown.stdout).nodes).toEqual([
      expect.objectContaining(synced),
      expect.objectContaining(synced),
    ])
  })

  it('finds the database of the cluster up to date', async () => {
    expect(await migrations('status')).toMatchObject({ code: 0 })
    expect(await migrations('up', '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"executed": []'),
    })
  })

  it('tells a node that was killed from one that is in sync, and when it is back', async () => {
    const [node] = stack.nodes
    await node.kill()
    const gone = await eventually(async () => {
      const checked = await nodes('--check')
      expect(checked.code).toBe(1)
      return checked
    }, 30_000)
    expect(gone.stdout).toMatch(/offline for \d+s/)
    expect(await nodes('--check', '--ignore-offline', '--at-least', '1')).toMatchObject({ code: 0 })
    await node.start()
    expect(await nodes('--wait-for', 'in_sync', '--at-least', '2')).toMatchObject({ code: 0 })
  })

  it('brings a restored database to every node by a new epoch, without a restart and without a failed request', async () => {
    const [data, backup] = [realpathSync(stack.database.directory), join(stack.home, 'backup')]
    await stack.database.stop()
    replaceFolder(data, backup)
    await stack.database.start()
    await eventually(() => route(stack, 'lost'), 30_000)
    await Promise.all(stack.nodes.map((node) => serves(node, '/lost')))
    const pids = [stack.adminApi, stack.hub, ...stack.nodes].map((app) => app.pid())
    const load = startLoad(
      stack.nodes.map(({ proxy }) => `${proxy}/kept`),
      4,
    )

    await stack.database.stop('kill')
    replaceFolder(backup, data)
    await stack.database.start()
    const begun = JSON.parse((await migrations('new-epoch', '--yes', '--json')).stdout)
    expect(begun).toEqual({
      changed: true,
      before: expect.any(String),
      after: expect.any(String),
      revision: expect.any(Number),
    })
    expect(begun.after).not.toBe(begun.before)
    expect(await nodes('--wait-for', 'in_sync', '--at-least', '2')).toMatchObject({ code: 0 })
    await Promise.all(stack.nodes.map((node) => serves(node, '/lost', 404)))
    await eventually(() => expect(stack.hub.log()).toContain(begun.after), 30_000)

    await eventually(() => route(stack, 'after'), 30_000)
    await Promise.all(stack.nodes.map((node) => serves(node, '/after')))
    await load.stop()
    expect(load.failures).toEqual([])
    expect([stack.adminApi, stack.hub, ...stack.nodes].map((app) => app.pid())).toEqual(pids)
  })

  it('takes every follower to a new epoch though nothing in the config is another', async () => {
    await inSync(stack, 2)
    const begun = JSON.parse((await migrations('new-epoch', '--yes', '--json')).stdout)
    await eventually(
      () => expect(stack.hub.log()).toMatch(new RegExp(`${begun.after}.*stored a snapshot`)),
      30_000,
    )
    expect(await nodes('--wait-for', 'in_sync', '--at-least', '2')).toMatchObject({ code: 0 })
    expect(await migrations('status', '--json')).toMatchObject({ code: 0 })
  })

  it('watches until Ctrl-C', async () => {
    const watch = startBiplane(['nodes', '--watch', '0.2', '--json', '--admin', stack.adminUrl])
    await eventually(() => expect(watch.told.stdout.split('\n').length).toBeGreaterThan(3), 30_000)
    watch.interrupt()
    expect(await watch.ended).toMatchObject({ code: 130, stderr: '' })
  })
})

describe('biplane start', () => {
  const home = join(mkdtempSync(join(tmpdir(), 'biplane-cli-start-')), 'home')
  afterAll(() => {
    removeDirectory(join(home, 'postgres'))
    rmSync(dirname(home), { recursive: true, force: true })
  })

  it('is npm start, to its end by Ctrl-C', async () => {
    const offset = 3_000
    const start = startBiplane(['start', '--home', home, '--port-offset', String(offset)])
    await eventually(() => expect(start.told.stdout).toContain('A tour to paste'), 120_000)
    const admin = `http://localhost:${8001 + offset}`
    expect(
      await biplane(['nodes', '--admin', admin, '--wait-for', 'in_sync', '--at-least', '2']),
    ).toMatchObject({ code: 0 })
    start.interrupt()
    expect(await start.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Stopped.') })
  })
})

/** How the command is told of the database of the stack; no certificate is among it. */
function databaseSettings({ database }: Stack): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(database.url())
  return {
    KONG_PG_HOST: hostname,
    KONG_PG_PORT: port,
    KONG_PG_USER: username,
    KONG_PG_PASSWORD: password,
    KONG_PG_DATABASE: pathname.slice(1),
  }
}
