import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../client.ts'
import { route, serves, statusOf } from '../cluster-view.ts'
import { type ConnectProxy, startConnectProxy } from '../connect-proxy.ts'
import { eventually } from '../eventually.ts'
import { type Stack, startStack } from '../stack.ts'

const PASSWORD = 'p@ss:/%word'

describe('nodes behind a forward proxy', () => {
  let stack: Stack
  let plain: ConnectProxy
  let secure: ConnectProxy
  const edge = aPair()
  beforeAll(async () => {
    const known = { user: 'node', password: PASSWORD, hosts: { 'hub.test': '127.0.0.1' } }
    plain = await startConnectProxy(known)
    const pair = { cert: readFileSync(edge.cert, 'utf8'), key: readFileSync(edge.key, 'utf8') }
    secure = await startConnectProxy({ ...known, pair })
    stack = await startStack()
    await route(stack, 'before')
  })
  afterAll(async () => {
    await stack?.close()
    await Promise.all([plain, secure].map((proxy) => proxy?.close()))
    rmSync(edge.folder, { recursive: true })
  })

  /** The hub by a name that only the proxy knows, after one that nobody has. */
  const behind = (scheme: string, { address }: ConnectProxy, more: Record<string, string> = {}) => ({
    cluster_control_plane: `gone.test:8005, hub.test:${stack.hub.address.split(':')[1]}`,
    cluster_use_proxy: 'on',
    proxy_server: `${scheme}://node:${encodeURIComponent(PASSWORD)}@${address}`,
    ...more,
  })
  const listed = async () => (await stack.admin.get<{ data: Row[] }>('/clustering/data-planes')).data

  it.each([
    ['http', 'by CONNECT with credentials'],
    ['https', 'the same inside TLS to the proxy, whose certificate is verified'],
  ])('reach their hub through an %s proxy, %s (e2e-31)', async (scheme) => {
    const proxy = scheme === 'http' ? plain : secure
    const name = `behind-${scheme}`
    const own = { cluster_dp_labels: `name:${name}`, lua_ssl_trusted_certificate: edge.cert }
    const node = await stack.addNode(name, behind(scheme, proxy, own))
    await serves(node, '/before')
    await route(stack, name)
    await serves(node, `/${name}`)
    expect(proxy.asked.slice(0, 2)).toEqual([
      'gone.test:8005',
      behind(scheme, proxy).cluster_control_plane.split(', ')[1],
    ])
    expect(proxy.open).toBe(1)
    // What passes is TLS between node and hub.
    expect(proxy.passed.length).toBeGreaterThan(1000)
    expect(proxy.passed.includes('/before')).toBe(false)
    await eventually(async () =>
      expect(await listed()).toContainEqual(expect.objectContaining({ state: 'in_sync', labels: { name } })),
    )
    expect(node.log()).toContain(`hubs are reached through the proxy ${proxy.address}`)
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(node.log()).not.toContain(secret)
  })

  it('say what the proxy has against them, and start all the same', async () => {
    const stranger = `http://node:wrong@${plain.address}`
    const node = await stack.addNode('turned-away', behind('http', plain, { proxy_server: stranger }))
    await eventually(() => expect(node.log()).toContain('(407 Proxy Authentication Required)'), 30_000)
    expect(plain.asked).toContain('407 gone.test:8005')
    expect(node.log()).not.toContain('wrong')
    expect(await statusOf(node, '/before')).toBe(404)
  })
})

/** A certificate for 127.0.0.1 that is its own authority, in files. */
function aPair() {
  const folder = mkdtempSync(join(tmpdir(), 'biplane-edge-'))
  const [cert, key] = [join(folder, 'edge.crt'), join(folder, 'edge.key')]
  const args = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key]
  const named = ['-subj', '/CN=edge', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...args, ...named, '-out', cert], { stdio: 'pipe' })
  return { folder, cert, key }
}
