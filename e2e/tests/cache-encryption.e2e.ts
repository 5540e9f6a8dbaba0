import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { biplane } from '../biplane.ts'
import { inSync, route, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { type App, type Stack, startStack } from '../stack.ts'

const KEY = 'open-sesame-of-alice'
const IN_A_PLUGIN = 'what-a-plugin-is-told'

describe('an encrypted cache', () => {
  let stack: Stack
  let secrets: readonly string[]
  beforeAll(async () => {
    const settings = { declarative_config_encryption_mode: 'aes-256-gcm' }
    stack = await startStack({ hubSettings: settings, nodeSettings: settings })
    const { admin } = stack
    await route(stack, 'locked')
    await admin.post('/routes/locked/plugins', { name: 'key-auth' })
    await admin.post('/consumers', { username: 'alice' })
    await admin.post('/consumers/alice/key-auth', { key: KEY })
    await route(stack, 'refused')
    const refuse = { name: 'request-termination', config: { message: IN_A_PLUGIN } }
    await admin.post('/routes/refused/plugins', refuse)
    const { cert, key } = await aPair('served')
    await admin.post('/certificates', { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') })
    // A line of it stands as it is in every form of the text.
    secrets = [KEY, IN_A_PLUGIN, readFileSync(key, 'utf8').split('\n')[1] ?? '']
    await inSync(stack, 2)
  })
  afterAll(() => stack?.close())

  const stores = () => [stack.hub, ...stack.nodes].map(({ prefix }) => join(prefix, 'dbless.lmdb'))
  const secretsIn = (folder: string) => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
      .map((path) => readFileSync(path, 'latin1'))
    return secrets.filter((secret) => files.some((text) => text.includes(secret)))
  }
  const aPair = async (name: string) => {
    const [cert, key] = [join(stack.home, `${name}.crt`), join(stack.home, `${name}.key`)]
    expect(await biplane(['hybrid', 'gen_cert', cert, key])).toMatchObject({ code: 0 })
    return { cert, key }
  }
  /** As an operator changes the settings of a process, for its next start. */
  const confOf = ({ name }: App) => join(stack.home, `${name}.conf`)
  const set = (app: App, settings: Record<string, string>) => {
    const kept = readFileSync(confOf(app), 'utf8')
      .split('\n')
      .filter((line) => !Object.keys(settings).some((name) => line.startsWith(`${name} =`)))
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
    writeFileSync(confOf(app), [...kept, ...lines, ''].join('\n'))
  }
  const answers = () =>
    Promise.all(
      stack.nodes.flatMap((node) => [
        statusOf(node, '/locked', { apikey: KEY }),
        statusOf(node, '/locked', { apikey: 'guessed' }),
      ]),
    )
  const served = [200, 401, 200, 401]

  it('tells no secret while all run and serve by it, after snapshots and deltas', async () => {
    await eventually(async () => expect(await answers()).toEqual(served))
    await stack.admin.patch('/consumers/alice', { tags: ['seen'] })
    await inSync(stack, 2)
    for (const store of stores()) expect(secretsIn(store)).toEqual([])
  })

  it('under another key is moved aside and filled anew', async () => {
    const [node] = stack.nodes
    const { cert, key } = await aPair('next')
    // Hub and node have different pairs from now on, and each accepts that of the other.
    const before = readFileSync(confOf(node), 'utf8').match(/^cluster_cert = (.*)$/m)?.[1] ?? ''
    await Promise.all([stack.hub.stop(), node.stop()])
    set(stack.hub, { cluster_cert_accepted: cert })
    set(node, { cluster_cert: cert, cluster_cert_key: key, cluster_cert_accepted: before })
    await Promise.all([stack.hub.start(), node.start()])
    await inSync(stack, 2)
    await eventually(async () => expect(await answers()).toEqual(served))
    expect(asides(node, 'locked')).toHaveLength(1)
    expect(secretsIn(node.prefix)).toEqual([])
  })

  it('is switched off and on again by a restart, and what lay there in clear is gone', async () => {
    const [, node] = stack.nodes
    for (const [mode, told] of [
      ['off', secrets],
      ['aes-256-gcm', []],
    ] as const) {
      const apps = [stack.hub, node]
      await Promise.all(apps.map((app) => app.stop()))
      for (const app of apps) set(app, { declarative_config_encryption_mode: mode })
      await Promise.all(apps.map((app) => app.start()))
      await inSync(stack, 2)
      expect(await answers()).toEqual(served)
      for (const app of [stack.hub, node]) expect(secretsIn(join(app.prefix, 'dbless.lmdb'))).toEqual(told)
    }
    for (const app of [stack.hub, node]) expect(asides(app, 'locked')).toEqual([])
  })
})

function asides({ prefix }: App, sort: string): string[] {
  return readdirSync(prefix).filter((name) => name.startsWith(`dbless.lmdb.${sort}-`))
}
