import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NOWHERE } from '@biplane/protocol'
import { createLogger, generateClusterPair } from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aNode, type RunningNode } from '../fixtures/a-node.ts'
import { anUpstream, type Upstream } from '../fixtures/an-upstream.ts'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { startProcess } from '../fixtures/node-process.ts'
import { installedPlugins } from '../plugins/installed.ts'
import { type GivenConfigOptions, takeGivenConfig } from './take-given-config.ts'

const log = createLogger({ log_level: 'emerg' }, 'dataplane')
const { schemas: plugins } = await installedPlugins(['bundled'], '/', '3.4.0')

let directory: string
let upstream: Upstream
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biplane-given-'))
  upstream = await anUpstream()
})
afterEach(async () => {
  await upstream[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

const take = (node: RunningNode, settings: Partial<GivenConfigOptions['settings']>) =>
  takeGivenConfig(node, {
    settings: {
      declarative_config: null,
      declarative_config_string: null,
      declarative_config_over_cache: false,
      router_flavor: 'traditional_compatible',
      ...settings,
    },
    plugins,
    log,
  })
const asked = async (node: RunningNode, path: string, headers = {}) =>
  (await fetch(`${node.url}${path}`, { headers })).status

/** A route at this path, and another one that wants a key. */
const document = (path: string) => `_format_version: "3.0"
services:
- url: http://127.0.0.1:${upstream.port}
  routes:
  - paths: [${path}]
  - paths: [/locked]
    plugins:
    - name: key-auth
- url: http://127.0.0.1:${upstream.port}
  enabled: false
  routes:
  - paths: [/off]
consumers:
- username: me
  keyauth_credentials:
  - key: secret
`

/** What a control plane sends, with a route at this path. */
function sent(path: string) {
  const author = new ConfigAuthor()
  const { id } = author.put('services', { host: '127.0.0.1', port: upstream.port })
  author.put('routes', { paths: [path], service: { id } })
  return author
}

describe('a declarative config of a node', () => {
  it('is served, plugins and all, where there is no cache', async () => {
    await using node = await aNode()
    await take(node, { declarative_config_string: document('/a') })
    expect(await asked(node, '/a')).toBe(200)
    expect(await asked(node, '/off')).toBe(404)
    expect(await asked(node, '/locked')).toBe(401)
    expect(await asked(node, '/locked', { apikey: 'secret' })).toBe(200)
  })

  it('may have routes by expression where the node is of that flavour', async () => {
    const flavor = { router_flavor: 'expressions' as const }
    await using node = await aNode({ settings: flavor })
    const words = `_format_version: "3.0"
services:
- url: http://127.0.0.1:${upstream.port}
  routes:
  - expression: 'http.path ^= "/a" && http.queries.q == "x y" && net.src.ip in 127.0.0.0/8'
`
    await take(node, { declarative_config_string: words, ...flavor })
    expect(await asked(node, '/a?q=x%20y')).toBe(200)
    expect(await asked(node, '/a?q=z')).toBe(404)
    await expect(take(node, { declarative_config_string: document('/a'), ...flavor })).rejects.toThrow(
      /expression/,
    )
  })

  it('is replaced by the snapshot of a control plane', async () => {
    await using node = await aNode()
    await take(node, { declarative_config_string: document('/a') })
    expect(await node.apply(sent('/b').snapshot())).toMatchObject({ kind: 'applied' })
    expect([await asked(node, '/a'), await asked(node, '/b')]).toEqual([404, 200])
  })

  it.each([
    ['yields to a cache, whatever is in the file', false, [404, 200]],
    ['takes the place of a cache where a setting wants it', true, [200, 404]],
  ])('%s', async (_, over, statuses) => {
    await using node = await aNode()
    await node.apply(sent('/b').snapshot())
    const text = over ? document('/a') : 'nonsense'
    await take(node, { declarative_config_string: text, declarative_config_over_cache: over })
    expect([await asked(node, '/a'), await asked(node, '/b')]).toEqual(statuses)
  })

  it('is looked at anew where no control plane was reached meanwhile', async () => {
    const stored = join(directory, 'store')
    {
      await using node = await aNode({ directory: stored })
      await take(node, { declarative_config_string: document('/a') })
    }
    await using node = await aNode({ directory: stored })
    expect(await asked(node, '/a')).toBe(200)
    await take(node, { declarative_config_string: document('/b') })
    expect([await asked(node, '/a'), await asked(node, '/b')]).toEqual([404, 200])
    expect(node.position().revision).toBe(2)
  })

  it('is read from a file, and nothing happens without one', async () => {
    await using node = await aNode()
    await take(node, {})
    expect(node.position()).toEqual(NOWHERE)
    const file = join(directory, 'kong.yaml')
    await writeFile(file, document('/a'))
    await take(node, { declarative_config: file })
    expect(await asked(node, '/a')).toBe(200)
  })

  it.each([
    ['that cannot be read', 'services: [', /cannot be read: \d+:\d+: /],
    [
      'with a wrong entity',
      '_format_version: "3.0"\nservices:\n- name: a\n',
      /in entry 1 of 'services':\n {4}in 'host': required field missing$/,
    ],
    [
      'with a plugin that this node lacks',
      '_format_version: "3.0"\nplugins:\n- name: no-such\n',
      /in entry 1 of 'plugins':\n {4}in 'name': plugin 'no-such' not enabled/,
    ],
  ])('%s is told with its place, and nothing of it is kept', async (_, text, message) => {
    await using node = await aNode()
    await expect(take(node, { declarative_config_string: text })).rejects.toThrow(message)
    expect(node.position()).toEqual(NOWHERE)
  })
})

describe('a process with a declarative config', () => {
  const pair = generateClusterPair()
  async function settings(file: string) {
    const { cert, key } = await pair
    const [proxy, hub] = [await freePort(), await freePort()]
    return {
      prefix: join(directory, randomUUID()),
      cluster_cert: Buffer.from(cert).toString('base64'),
      cluster_cert_key: Buffer.from(key).toString('base64'),
      cluster_control_plane: `127.0.0.1:${hub}`,
      proxy_listen: `127.0.0.1:${proxy}`,
      declarative_config: join(directory, file),
    }
  }

  it('serves it alone', async () => {
    await writeFile(join(directory, 'kong.yaml'), document('/a'))
    const given = await settings('kong.yaml')
    await using node = startProcess(given)
    await node.logged('ready')
    expect((await fetch(`http://${given.proxy_listen}/a`)).status).toBe(200)
  })

  it.each([
    ['broken', 'kong.yaml', "in entry 1 of 'services'"],
    ['missing', 'none.yaml', 'declarative_config: name a file that can be read'],
  ])('does not start with one that is %s, and says why', async (_, file, message) => {
    await writeFile(join(directory, 'kong.yaml'), '_format_version: "3.0"\nservices:\n- name: a\n')
    await using node = startProcess(await settings(file))
    expect(await node.exited).toBe(1)
    expect(node.lines.map(({ msg }) => String(msg)).filter((msg) => msg.includes(message))).toHaveLength(1)
  })
})
