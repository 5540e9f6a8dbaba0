import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { serveFollowers } from '@biplane/protocol/stream'
import { certificateDigest, generateClusterPair } from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aFolder, BIPLANE, biplane } from '../fixtures/run.ts'

const { cert, key } = await generateClusterPair()
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Settings of a node that lacks nothing but a hub. */
async function aNode(): Promise<Record<string, string>> {
  return {
    KONG_PREFIX: aFolder(),
    KONG_CLUSTER_CERT: base64(cert),
    KONG_CLUSTER_CERT_KEY: base64(key),
    KONG_PROXY_LISTEN: `127.0.0.1:${await freePort()}`,
    KONG_CLUSTER_CONTROL_PLANE: `127.0.0.1:${await freePort()}`,
  }
}

/** Where a hub listens that accepts the node. */
async function aHub(): Promise<string> {
  const stopping = new AbortController()
  const server = await serveFollowers({
    listen: { host: '127.0.0.1', port: 0 },
    tls: {
      credentials: () => ({ cert, key }),
      trust: () => ({ kind: 'shared', digests: new Set([certificateDigest(cert)]) }),
    },
    welcome: () => ({ sourceId: 'hub', version: '3.4.0', plugins: [] }),
    session: async () => undefined,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    signal: stopping.signal,
  })
  onTestFinished(async () => {
    stopping.abort()
    await server.closed
  })
  return `127.0.0.1:${server.address.port}`
}

interface Row {
  readonly app: string
  readonly check: string
  readonly subject: string
  readonly level: string
  readonly message: string
  readonly remedy: string | null
}

async function rows(env: Record<string, string>, ...args: string[]): Promise<readonly Row[]> {
  const { stdout } = await biplane(['doctor', '--json', ...args], { env })
  return JSON.parse(stdout)
}

describe('biplane doctor', () => {
  it('tells people each finding in a line, and what to do', async () => {
    const { code, stdout } = await biplane(['doctor'], { env: await aNode() })
    expect(code).toBe(1)
    const lines = stdout.split('\n')
    expect(lines[0]).toBe('dataplane (the environment)')
    expect(stdout).toMatch(
      /^ {2}ok {7}ports {9}proxy_listen 127\.0\.0\.1:\d+: free; the dataplane does not run$/m,
    )
    expect(stdout).toMatch(
      /^ {2}problem {2}links {9}cluster_control_plane .*: nothing listens there .*\n {25}→ see whether a hub/m,
    )
    expect(lines.at(-2)).toMatch(/^1 problem, /)
  })

  it('tells programs the same as a list', async () => {
    const found = await rows(await aNode())
    expect(found.map(({ check }) => check)).toEqual([
      'settings',
      'node.js',
      'folders',
      'disk',
      'open files',
      'ports',
      'certificates',
      'links',
      'cache',
    ])
    expect(found.filter(({ level }) => level === 'problem')).toEqual([
      {
        app: 'dataplane',
        check: 'links',
        subject: expect.stringMatching(/^cluster_control_plane 127/),
        level: 'problem',
        message: expect.stringContaining('ECONNREFUSED'),
        remedy: expect.stringContaining('cluster_listen'),
      },
    ])
    expect(found.filter(({ level, remedy }) => (level === 'ok') !== (remedy === null))).toEqual([])
  })

  it('fails for problems, for warnings only if asked to', async () => {
    const env = { ...(await aNode()), KONG_CLUSTER_CONTROL_PLANE: await aHub(), KONG_STRANGE: 'x' }
    expect(await biplane(['doctor'], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /warning {2}settings {6}strange: no app has this setting[\s\S]*\n0 problems, /,
      ),
    })
    expect((await biplane(['doctor', '--strict'], { env })).code).toBe(1)
    expect((await biplane(['doctor'], { env: await aNode() })).code).toBe(1)
  })

  it('shows no secret, however it is given', async () => {
    const { stdout, stderr } = await biplane(['doctor', '--verbose'], { env: await aNode() })
    expect(stdout + stderr).not.toContain(base64(key).slice(40, 80))
  })

  it('counts the open files that the shell allows', async () => {
    const env = { PATH: process.env.PATH ?? '', ...(await aNode()) }
    const limited = `ulimit -n 300; exec "$0" "$1" doctor --json`
    const stdout = await new Promise<string>((done) => {
      execFile('sh', ['-c', limited, process.execPath, BIPLANE], { env }, (_error, output) => done(output))
    })
    const found: Row[] = JSON.parse(stdout)
    expect(found.find(({ check }) => check === 'open files')).toMatchObject({
      level: 'problem',
      message: '300 open files are too few',
    })
  })

  it('examines the local cluster of the folder where no settings are given', async () => {
    const folder = aFolder()
    mkdirSync(join(folder, '.biplane'))
    for (const [name, port] of [
      ['dataplane-2', 2],
      ['sync-hub', 3],
      ['echo', 4],
      ['dataplane-1', 5],
    ])
      writeFileSync(join(folder, '.biplane', `${name}.conf`), `status_listen = 127.0.0.1:${port}\n`)
    const { stdout } = await biplane(['doctor'], { cwd: folder })
    expect(stdout.match(/^\S.*\(.*\)$/gm)).toEqual([
      'sync-hub (.biplane/sync-hub.conf)',
      'dataplane-1 (.biplane/dataplane-1.conf)',
      'dataplane-2 (.biplane/dataplane-2.conf)',
    ])
    const named = await biplane(['doctor', '--app', 'admin-api'], { cwd: folder })
    expect(named.stdout).toMatch(/^admin-api \(no settings\)$/m)
  })

  it('examines nothing without the settings file that it is given', async () => {
    const ended = await biplane(['doctor', '--json', '--conf', '/nowhere.conf'])
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/nowhere.conf cannot be read: ENOENT'),
    })
    expect(ended.json()).toHaveProperty('error')
  })

  it('takes an address that is none for wrong usage', async () => {
    const ended = await biplane(['doctor', '--json', '--admin', 'ftp://admin'], { env: await aNode() })
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('no address of an Admin API') })
  })

  it('compares this app with an Admin API that is named', async () => {
    const id = '4d3c2b1a-0f9e-4d8c-8b7a-6f5e4d3c2b1a'
    const row = {
      id,
      hostname: 'here',
      version: '3.4.0',
      state: 'withheld',
      withheld: { message: 'plugin x is missing' },
    }
    const server = createServer(({ url }, response) => {
      response.setHeader('date', new Date(Date.now() - 7_200_000).toUTCString())
      response.end(JSON.stringify(url === '/' ? { version: '3.3.0' } : { data: [row], next: null }))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo // a TCP server's address is never a pipe
    const found = await rows({ ...(await aNode()), KONG_NODE_ID: id }, '--admin', `http://127.0.0.1:${port}`)
    expect(found.filter(({ check }) => ['clocks', 'versions', 'nodes'].includes(check))).toMatchObject([
      {
        check: 'clocks',
        level: 'problem',
        message: expect.stringMatching(/^this clock is 7[12]\d\d s ahead of it$/),
      },
      {
        check: 'versions',
        level: 'problem',
        message: expect.stringContaining('upgrade the control plane first'),
      },
      {
        check: 'nodes',
        level: 'problem',
        subject: `here ${id}`,
        message: expect.stringContaining('upgrade'),
      },
    ])
  })

  it('tells of an Admin API that is named and does not answer', async () => {
    const found = await rows(await aNode(), '--admin', 'http://127.0.0.1:1')
    expect(found.find(({ check }) => check === 'versions')).toMatchObject({
      level: 'problem',
      message: expect.stringContaining('cannot be reached'),
    })
  })
})
