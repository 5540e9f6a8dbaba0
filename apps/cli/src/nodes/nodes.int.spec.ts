import { writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { generateCertificate } from '@biplane/service'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aFolder, BIPLANE, biplane } from '../fixtures/run.ts'
import { aRow } from './fixtures.ts'

/** An Admin API that serves these rows, one a page; it gives its port. */
function anAdminApi(
  rows: () => readonly object[],
  make?: (listener: RequestListener) => Server,
): Promise<number> {
  return serving((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://admin')
    const offset = Number(searchParams.get('offset'))
    const more = offset + 1 < rows().length
    const next = more ? `/clustering/data-planes?offset=${offset + 1}&size=1` : null
    response.end(JSON.stringify({ data: rows().slice(offset, offset + 1), next }))
  }, make)
}

async function answering(status: number, text: string): Promise<string> {
  return `127.0.0.1:${await serving((_request, response) => response.writeHead(status).end(text))}`
}

async function serving(
  listener: RequestListener,
  make: (listener: RequestListener) => Server = createServer,
): Promise<number> {
  const server = make(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port // a TCP server's address is never a pipe
}

/** One that says this to whoever connects, and no more. */
async function aServer(greeting: string): Promise<number> {
  const server = createTcpServer((socket) => socket.on('error', () => undefined).end(greeting))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port // as above
}

async function aTlsServer(): Promise<number> {
  const pair = await generateCertificate({
    commonName: 'admin',
    dnsNames: ['admin'],
    days: 1,
    now: new Date(),
  })
  return await anAdminApi(
    () => [],
    (listener) => createTlsServer(pair, listener),
  )
}

const offline = aRow({ id: '2', hostname: 'node-2', state: 'offline', offline_since: 5 })

describe('nodes', () => {
  it('shows all pages of the list where KONG_ADMIN_LISTEN says', async () => {
    const port = await anAdminApi(() => [aRow(), offline])
    const { code, stdout, stderr } = await biplane(['nodes'], {
      env: { KONG_ADMIN_LISTEN: `0.0.0.0:${port}` },
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n').map((line) => line.split(/\s+/)[0])).toEqual([
      'NODE',
      'node-1',
      'node-2',
      '',
      '2',
      '',
    ])
    expect(stdout).toMatch(/\n2 nodes: 1 in_sync, 1 offline\n$/)
  })

  it.each([
    ['every node is in sync', [aRow()], [], 0],
    ['one is not', [aRow(), offline], [], 1],
    ['one is not and does not count', [aRow(), offline], ['--ignore-offline'], 0],
    ['there are too few', [aRow()], ['--at-least', '2'], 1],
  ])('checks for a script that %s', async (_what, rows, more, code) => {
    const port = await anAdminApi(() => rows)
    const ended = await biplane(['nodes', '-a', `127.0.0.1:${port}`, '--check', '--json', ...more])
    expect(ended.code).toBe(code)
    expect(ended.json().nodes).toHaveLength(rows.length)
    expect(ended.stderr).toBe(code === 0 ? '' : 'biplane: in_sync: 1 of 2 nodes\n')
  })

  it('waits until the nodes are as they are wanted', async () => {
    let rows: object[] = []
    const port = await anAdminApi(() => rows)
    const ended = await biplane(['nodes', '-a', `http://127.0.0.1:${port}`, '--wait-for', 'in_sync'], {
      onOutput({ stderr }) {
        if (stderr.includes('0 of 1')) rows = [aRow({ state: 'behind' }), aRow()]
        if (stderr.includes('1 of 2')) rows = [aRow()]
      },
    })
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('1 node: 1 in_sync') })
  })

  it('gives up in time, and shows what it saw last', async () => {
    const port = await anAdminApi(() => [offline])
    const args = ['nodes', '-a', `http://127.0.0.1:${port}`, '--wait-for', 'in_sync', '--timeout', '0.5']
    expect(await biplane(args)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('offline'),
      stderr: expect.stringMatching(/biplane: in_sync: 0 of 1 node\n$/),
    })
  })

  it('watches, with a line of JSON for each look', async () => {
    let rows = [aRow()]
    const port = await anAdminApi(() => rows)
    const { code, stdout } = await biplane(['nodes', '--watch', '0.1', '--json', '-a', `127.0.0.1:${port}`], {
      onOutput(told, signal) {
        rows = []
        if (told.stdout.includes('"nodes":[]')) signal('SIGINT')
      },
    })
    expect(code).toBe(130)
    const counts = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).nodes.length)
    expect(new Set(counts)).toEqual(new Set([1, 0]))
  })

  it.each([
    ['says which authority to trust', [], 1],
    ['trusts the one that is named', ['--ca', 'ca.crt'], 0],
    ['trusts anyone where told to', ['-k'], 0],
  ])('%s with TLS', async (_what, more, code) => {
    const cwd = aFolder()
    const pair = await generateCertificate({
      commonName: 'admin',
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
      days: 1,
      now: new Date(),
    })
    writeFileSync(join(cwd, 'ca.crt'), pair.cert)
    const port = await anAdminApi(
      () => [aRow()],
      (listener) => createTlsServer(pair, listener),
    )
    const ended = await biplane(['nodes', '-a', `https://127.0.0.1:${port}`, ...more], { cwd })
    expect(ended.code).toBe(code)
    if (code === 1) expect(ended.stderr).toMatch(/self-signed[\s\S]*--ca FILE/)
  })

  it.each([
    ['nobody listens', () => '127.0.0.1:1', 'cannot be reached at http://127.0.0.1:1: connect ECONNREFUSED'],
    ['it is no address', () => 'ftp://x', 'no address of an Admin API'],
    [
      'it is refused',
      () => answering(503, '{"message":"database unavailable: gone"}'),
      'answered 503: database unavailable: gone',
    ],
    ['something else answers', () => answering(200, '<html>'), 'no JSON'],
    ['it speaks no TLS', async () => `https://${await answering(200, '')}`, 'does not speak TLS\n  is it'],
    ['it speaks TLS', async () => `127.0.0.1:${await aTlsServer()}`, 'closed before the answer'],
    ['it speaks something else', async () => `127.0.0.1:${await aServer('220 mail')}`, 'does not speak HTTP'],
    [
      'Kong without hybrid mode answers',
      () =>
        answering(
          400,
          '{"message":"this endpoint is only available when Kong is configured to run as Control Plane for the cluster"}',
        ),
      'only available when Kong',
    ],
  ])('says why where %s', async (_what, url, reason) => {
    const ended = await biplane(['nodes', '-a', await url()])
    expect(ended).toMatchObject({ stdout: '', stderr: expect.stringContaining(reason) })
    expect(ended.code).not.toBe(0)
  })

  it('waits no longer than it may for an Admin API that says nothing', async () => {
    const silent = `127.0.0.1:${await serving(() => undefined)}`
    const ended = await biplane(['nodes', '-a', silent, '--wait-for', 'in_sync', '--timeout', '0.5'])
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('no answer within 1 s\n') })
  })

  it('repeats no password that an address holds', async () => {
    for (const address of [
      'ftp://ann:secret@admin',
      'ann:secret@admin:port',
      'http://ann:secret@127.0.0.1:1',
    ]) {
      const { code, stdout, stderr } = await biplane(['nodes', '-a', address, '--json', '--verbose'])
      expect([code, stdout + stderr]).toEqual([
        address.startsWith('http') ? 1 : 2,
        expect.not.stringContaining('secret'),
      ])
    }
  })

  it('takes no authority that is no certificate', async () => {
    const ended = await biplane(['nodes', '--ca', BIPLANE])
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot be read as a certificate'),
    })
  })
})
