import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { freePort } from '@biplane/tools/postgres'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aFolder } from '../fixtures/run.ts'
import { anInstallation, found, told } from './fixtures.ts'
import { ports } from './ports.ts'

/** A process that says when it is where it should be, and its pid. */
async function aProcess(program: string): Promise<number | undefined> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  await once(child.stdout, 'data')
  return child.pid
}

function aStranger(port: number): Promise<number | undefined> {
  return aProcess(`import { createServer } from 'node:net'
    createServer().listen(${port}, '127.0.0.1', () => console.log('listens'))`)
}

/** A program that has a config open and listens, as an app does. */
function anApp(directory: string, port: number): Promise<number | undefined> {
  return aProcess(`import { createServer } from 'node:net'
    import { openStore } from '@biplane/config-store'
    const log = { info() {}, warn() {}, error() {} }
    await openStore({ directory: ${JSON.stringify(directory)}, lookups: {}, log })
    createServer().listen(${port}, '127.0.0.1', () => console.log('listens'))`)
}

const fault = (...expected: Parameters<typeof told>): object => expect.objectContaining(told(...expected))

describe('an address', () => {
  it('is free while the app does not run', async () => {
    const [listen, relay] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
    const settings = { prefix: aFolder(), cluster_listen: listen, relay_listen: relay, status_listen: 'off' }
    expect(await found(ports, anInstallation('sync-hub', settings))).toEqual([
      told('ok', `relay_listen ${relay}`, 'free; the sync-hub does not run'),
      told('ok', `cluster_listen ${listen}`, 'free; the sync-hub does not run'),
    ])
  })

  it('is in use by another program, which is named', async () => {
    const port = await freePort()
    const pid = await aStranger(port)
    const settings = { prefix: aFolder(), proxy_listen: `127.0.0.1:${port}` }
    expect(await found(ports, anInstallation('dataplane', settings))).toEqual([
      fault('problem', 'proxy_listen', new RegExp(`^in use by process ${pid} \\(.*node.*\\)$`)),
    ])
  })

  it('is wanted by two listeners of the app', async () => {
    const port = await freePort()
    const settings = {
      proxy_listen: `127.0.0.1:${port}`,
      status_listen: `0.0.0.0:${port}`,
      prefix: aFolder(),
    }
    expect(await found(ports, anInstallation('dataplane', settings))).toEqual([
      told('ok', 'proxy_listen', 'free'),
      fault('problem', 'status_listen', 'proxy_listen listens there too'),
    ])
  })

  it('is in use by the app itself', async () => {
    const [port, prefix] = [await freePort(), aFolder()]
    const pid = await anApp(join(prefix, 'dbless.lmdb'), port)
    const settings = { prefix, proxy_listen: `127.0.0.1:${port}` }
    expect(await found(ports, anInstallation('dataplane', settings))).toEqual([
      told('ok', 'proxy_listen', `in use by the running dataplane \\(process ${pid}\\)`),
    ])
  })

  it('is not the one where the running app listens', async () => {
    const prefix = aFolder()
    await anApp(join(prefix, 'dbless.lmdb'), await freePort())
    const proxy_listen = `127.0.0.1:${await freePort()}`
    // A node opens no Admin API, whatever its settings say.
    const settings = { prefix, proxy_listen, admin_listen: '127.0.0.1:1' }
    expect(await found(ports, anInstallation('dataplane', settings))).toEqual([
      fault('warning', 'proxy_listen', 'free, though the dataplane runs'),
    ])
  })

  it('is in use by another program while the app runs elsewhere', async () => {
    const [port, prefix] = [await freePort(), aFolder()]
    await anApp(join(prefix, 'dbless.lmdb'), await freePort())
    const pid = await aStranger(port)
    const settings = { prefix, proxy_listen: `127.0.0.1:${port}` }
    expect(await found(ports, anInstallation('dataplane', settings))).toEqual([
      fault('problem', 'proxy_listen', `in use by process ${pid}`),
    ])
  })

  it.each([
    ['none of this machine', '192.0.2.1:8000', 'this machine has no such address'],
    ['of a name that does not exist', 'nowhere.invalid:8000', 'the host has no address'],
  ])('is %s', async (_what, listen, message) => {
    const settings = { prefix: aFolder(), proxy_listen: listen }
    expect(await found(ports, anInstallation('dataplane', settings))).toEqual([
      fault('problem', listen, message),
    ])
  })
})

describe('the address of an Admin API', () => {
  /** Looks at an admin-api of one prefix while one of another, or of the same, answers there. */
  async function looked(prefix: string, answering: string): Promise<unknown> {
    const answers: Record<string, object> = {
      '/status': { memory: { workers_lua_vms: [{ pid: process.pid }] } },
      '/': { version: '3.4.0', configuration: { prefix: answering } },
    }
    const server = createServer(({ url = '' }, response) => response.end(JSON.stringify(answers[url])))
    const port = await freePort()
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
    })
    const settings = {
      prefix,
      admin_listen: `127.0.0.1:${port}`,
      feed_listen: `127.0.0.1:${await freePort()}`,
    }
    const [admin] = await found(ports, anInstallation('admin-api', settings))
    return admin
  }

  it('is in use by the admin-api itself, which says so', async () => {
    expect(await looked('/p', '/p')).toEqual(
      told('ok', 'admin_listen', `in use by the running admin-api \\(process ${process.pid}\\)`),
    )
  })

  it('is in use by another admin-api', async () => {
    expect(await looked('/p', '/other')).toEqual(
      fault('problem', 'admin_listen', `in use by process ${process.pid} `),
    )
  })
})
