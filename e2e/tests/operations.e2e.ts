import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { send } from '../client.ts'
import { eventually } from '../eventually.ts'
import { npmStart } from '../npm-start.ts'
import { blocksMarked, commandIn, paste, pasteWhole } from '../pages.ts'

// The blocks of docs/operations.md that say they are tested, in the order in which an operator would need them.

const cluster = npmStart(4_500)
const at = (port: number): string => `http://127.0.0.1:${port + cluster.portOffset}`
const marked = (name: string) => blocksMarked('docs/operations.md', `test=${name}`)
const run = async (name: string): Promise<string> => {
  const printed: string[] = []
  for (const block of marked(name)) printed.push(await pasteWhole(block, cluster))
  return printed.join('\n')
}

describe('docs/operations.md', () => {
  const started: ChildProcess[] = []
  beforeAll(async () => {
    await cluster.start()
    await route('kept')
    await serves(8000, '/kept')
  })
  afterEach(() => Promise.all(started.splice(0).map(end)))
  afterAll(() => cluster.close())

  it('shows what each node runs, and what doctor finds', async () => {
    // What a node tells of itself reaches the list within a second.
    const printed = await eventually(async () => {
      const text = await run('look')
      expect(text).toMatch(/2 nodes: 2 in_sync/)
      return text
    }, 30_000)
    expect(printed).toContain('"sync_status":"normal"')
  })

  it('asks for health where it is told', async () => {
    for (const block of marked('health')) await paste(block, cluster)
  })

  it('raises the level of the log for a while', async () => {
    for (const block of marked('log-level')) await paste(block, cluster)
  })

  it('makes a pair, and shows when those in use expire', async () => {
    await run('pairs')
    expect(existsSync(join(cluster.home, 'certs', 'next.key'))).toBe(true)
    const expiry = await run('expiry')
    expect(expiry.match(/_certificate_expiry_timestamp_seconds\{[^}]*\} \d+/g)?.length).toBeGreaterThan(3)
  })

  it('adds a hub and a node', async () => {
    begin('add-hub')
    await ready(8111)
    begin('add-node')
    await ready(8120)
    await serves(8020, '/kept')
    await end(started[0])
    await route('by-the-other-hub')
    await serves(8020, '/by-the-other-hub')
  })

  it('starts a new node while the control plane is down', async () => {
    const copy = join(cluster.home, 'dataplane-3')
    await pasteWhole({ ...first('export'), text: `rm -rf ${copy}` }, cluster)
    for (const app of ['admin-api', 'sync-hub']) process.kill(cluster.pid(app), 'SIGKILL')
    await eventually(async () => expect(await reachable(8101)).toBe(false))
    await run('export')
    begin('add-node')
    await serves(8020, '/kept')
  })

  it('brings back a backup', async () => {
    await cluster.stop()
    await run('backup')
    await cluster.start()
    await route('lost')
    for (const port of [8000, 8010]) await serves(port, '/lost')
    await cluster.stop()
    await run('restore')
    await cluster.start()
    expect(await run('new-epoch')).toMatch(/in_sync/)
    for (const port of [8000, 8010]) {
      await serves(port, '/lost', 404)
      await serves(port, '/kept')
    }
    await route('after')
    for (const port of [8000, 8010]) await serves(port, '/after')
  })

  it('has no other block that says it is tested', () => {
    const names = ['look', 'health', 'log-level', 'pairs', 'expiry', 'add-hub', 'add-node', 'export']
    const all = blocksMarked('docs/operations.md', 'test=').map(({ marks }) => marks[0]?.replace('test=', ''))
    expect(new Set(all)).toEqual(new Set([...names, 'backup', 'restore', 'new-epoch']))
  })

  /** Runs a block that goes on until it is stopped. */
  function begin(name: string): void {
    const { command, options } = commandIn(first(name), cluster)
    started.push(spawn('bash', ['-c', `exec env ${command}`], options))
  }
})

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await ended
}

function first(name: string) {
  const [block] = marked(name)
  if (block === undefined) throw new Error(`docs/operations.md has no block test=${name}`)
  return block
}

async function route(name: string): Promise<void> {
  const put = (path: string, body: object) =>
    send(`${at(8001)}${path}`, {
      method: 'PUT',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
  await put('/services/echo', { url: at(8090) })
  const { status, text } = await put(`/routes/${name}`, { service: { name: 'echo' }, paths: [`/${name}`] })
  expect({ status, text }).toMatchObject({ status: 200 })
}

async function serves(port: number, path: string, status = 200): Promise<void> {
  await eventually(async () => expect((await send(`${at(port)}${path}`)).status).toBe(status), 30_000)
}

async function ready(port: number): Promise<void> {
  await serves(port, '/status/ready')
}

async function reachable(port: number): Promise<boolean> {
  return send(`${at(port)}/status`).then(
    () => true,
    () => false,
  )
}
