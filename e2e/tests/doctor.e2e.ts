import { chmodSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { biplane } from '../biplane.ts'
import { inSync, route } from '../cluster-view.ts'
import { type App, type Stack, startStack } from '../stack.ts'

interface Finding {
  readonly check: string
  readonly subject: string
  readonly level: string
  readonly message: string
  readonly remedy: string | null
}

describe('biplane doctor', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    for (let index = 0; index < 20; index += 1) await route(stack, `route-${index}`)
    await inSync(stack, 2)
  })
  afterAll(() => stack?.close())

  async function examine({ name }: App): Promise<{ code: number | null; findings: readonly Finding[] }> {
    const { code, stdout } = await biplane(['doctor', '--json', '--conf', conf(name)])
    return { code, findings: JSON.parse(stdout) }
  }

  const conf = (name: string): string => join(stack.home, `${name}.conf`)

  /** Every fault of an app as one line: how bad it is, its check, what it is about, what is wrong. */
  async function faults(app: App): Promise<string[]> {
    const { code, findings } = await examine(app)
    expect(code).toBe(1)
    const found = findings.filter(({ level }) => level !== 'ok')
    for (const { remedy } of found) expect(remedy).toMatch(/\w/)
    return found.map(({ level, check, subject, message }) => `${level}: ${check}: ${subject}: ${message}`)
  }

  it('finds nothing wrong with a cluster that is well, while it runs', async () => {
    const { adminApi, hub, nodes } = stack
    const checks = new Set<string>()
    const apps = [adminApi, hub, ...nodes]
    const examined = await Promise.all(apps.map(async (app) => ({ app, ...(await examine(app)) })))
    for (const { app, code, findings } of examined) {
      expect(findings.filter(({ level }) => level === 'problem')).toEqual([])
      expect(code).toBe(0)
      for (const { check } of findings) checks.add(check)
      const ports = findings.filter(({ check }) => check === 'ports')
      for (const { message } of ports)
        expect(message).toBe(`in use by the running ${kindOf(app)} (process ${app.pid()})`)
    }
    expect(checks.size).toBe(15)
    await inSync(stack, 2)
  })

  it('names all that is broken at once', async () => {
    const { adminApi, hub, nodes, database } = stack
    const [, node] = nodes
    await Promise.all([node.stop(), hub.stop()])
    await database.stop()

    const [generation = ''] = readdirSync(join(node.prefix, 'dbless.lmdb')).filter((name) =>
      name.startsWith('gen-'),
    )
    truncateSync(join(node.prefix, 'dbless.lmdb', generation, 'data.mdb'), 8192)
    const stranger = createServer()
    const port = Number(new URL(node.proxy).port)
    await new Promise<void>((done) => stranger.listen(port, done))
    onTestFinished(() => void stranger.close())
    changeSetting(hub, 'feed_cert_key', join(stack.home, 'certs', 'cluster.key'))
    changeSetting(hub, 'feed_cert', join(stack.home, 'certs', 'cluster.crt'))
    changeSetting(adminApi, 'log_level', 'loud')
    chmodSync(join(stack.home, 'certs', 'cluster.key'), 0o644)

    const [ofAdminApi, ofHub, ofNode] = await Promise.all([faults(adminApi), faults(hub), faults(node)])
    expect(ofAdminApi).toEqual([
      'problem: settings: log_level: is loud',
      expect.stringMatching(/^warning: readiness: the running admin-api: is not ready: .* 503: /),
      expect.stringMatching(/^problem: database: kong@.*ECONNREFUSED/),
    ])
    const exposed = expect.stringMatching(/^warning: certificates: \w+_cert_key: .*every user/)
    expect(ofHub).toEqual([
      exposed,
      exposed,
      expect.stringMatching(/^problem: certificates: feed_cert: is the same as cluster_cert/),
      expect.stringMatching(/^problem: links: cluster_feed .*: shows another certificate/),
    ])
    expect(ofNode).toEqual([
      expect.stringMatching(
        new RegExp(`^problem: ports: proxy_listen 0.0.0.0:${port}: in use by process ${process.pid} `),
      ),
      exposed,
      expect.stringMatching(/^problem: links: cluster_control_plane .*: nothing listens there/),
      expect.stringMatching(/^problem: cache: .*: cannot be used: a process that read it ended with SIG/),
    ])
  })

  function changeSetting({ name }: App, setting: string, value: string): void {
    const text = readFileSync(conf(name), 'utf8').replace(new RegExp(`^${setting} = .*\n`, 'm'), '')
    writeFileSync(conf(name), `${text}${setting} = ${value}\n`)
  }
})

const kindOf = ({ name }: App): string => name.replace(/-\d+$/, '')
