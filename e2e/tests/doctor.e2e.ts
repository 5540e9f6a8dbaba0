import { chmodSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

  /** Every problem as one line: its check, what it is about, what is wrong. */
  async function problems(app: App): Promise<string[]> {
    const { code, findings } = await examine(app)
    expect(code).toBe(1)
    const found = findings.filter(({ level }) => level === 'problem')
    for (const { remedy } of found) expect(remedy).toMatch(/\w/)
    return found.map(({ check, subject, message }) => `${check}: ${subject}: ${message}`)
  }

  it('finds nothing wrong with a cluster that is well, while it runs', async () => {
    const { adminApi, hub, nodes } = stack
    const checks = new Set<string>()
    for (const app of [adminApi, hub, ...nodes]) {
      const { code, findings } = await examine(app)
      expect(findings.filter(({ level }) => level === 'problem')).toEqual([])
      expect(code).toBe(0)
      for (const { check } of findings) checks.add(check)
      const ports = findings.filter(({ check }) => check === 'ports')
      for (const { message } of ports)
        expect(message).toBe(`in use by the running ${kindOf(app)} (process ${app.pid()})`)
    }
    expect(checks.size).toBe(13)
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
    changeSetting(hub, 'feed_cert_key', join(stack.home, 'certs', 'cluster.key'))
    changeSetting(hub, 'feed_cert', join(stack.home, 'certs', 'cluster.crt'))
    changeSetting(adminApi, 'log_level', 'loud')
    chmodSync(join(stack.home, 'certs', 'cluster.key'), 0o644)

    expect(await problems(adminApi)).toEqual([
      'settings: log_level: is loud',
      expect.stringMatching(/^database: kong@.*ECONNREFUSED/),
    ])
    expect(await problems(hub)).toEqual([
      expect.stringMatching(/^certificates: feed_cert: is the same as cluster_cert/),
      expect.stringMatching(/^links: cluster_feed .*: shows another certificate/),
    ])
    expect(await problems(node)).toEqual([
      expect.stringMatching(
        new RegExp(`^ports: proxy_listen 0.0.0.0:${port}: in use by process ${process.pid} `),
      ),
      expect.stringMatching(/^links: cluster_control_plane .*: nothing listens there/),
      expect.stringMatching(/^cache: .*: cannot be used: a process that read it ended with SIG/),
    ])
    const { findings } = await examine(node)
    expect(findings.filter(({ level }) => level === 'warning')).toMatchObject([
      { check: 'certificates', subject: 'cluster_cert_key', message: expect.stringContaining('every user') },
    ])
    stranger.close()
  })

  function changeSetting({ name }: App, setting: string, value: string): void {
    const text = readFileSync(conf(name), 'utf8').replace(new RegExp(`^${setting} = .*\n`, 'm'), '')
    writeFileSync(conf(name), `${text}${setting} = ${value}\n`)
  }
})

const kindOf = ({ name }: App): string => name.replace(/-\d+$/, '')
