import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Encryption, openStore, type Store, storeKeyOf } from '@biplane/config-store'
import { advance, digest, type EncodedChange, encodeEntity, type Position, toHex } from '@biplane/protocol'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { aFolder, biplane } from '../fixtures/run.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const ROUTES: readonly EncodedChange[] = Array.from({ length: 50 }, (_, i) => {
  const id = `r${i}`
  return { kind: 'routes', id, bytes: encodeEntity({ id, paths: [`/${i}`] }) }
})

let home: string
beforeEach(() => {
  home = aFolder()
})

function positionOf(changes: readonly EncodedChange[]): Position {
  const hash = changes.reduce(
    (sum, { kind, id, bytes }) => (bytes === null ? sum : advance(sum, digest(kind, id, bytes), 0n)),
    0n,
  )
  return { epoch: 'an epoch', revision: 42, hash: toHex(hash) }
}

/** A store that this process has open, as an app has. */
async function openConfig(
  directory: string,
  encryption: Encryption = { on: false, keys: [] },
): Promise<Store> {
  const store = await openStore({ directory, lookups: {}, encryption, log })
  onTestFinished(() => store.close())
  const writer = store.beginSnapshot(positionOf(ROUTES))
  for (const change of ROUTES) writer.write(change)
  await writer.seal()
  await writer.activate()
  await store.removeOldGenerations()
  return store
}

function aPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Makes the process that reads the config end as if it were killed. */
const READER_DIES = `data:text/javascript,if(/read-entry/.test(process.argv[1]))process.kill(process.pid,'SIGKILL')`

describe('biplane cache export', () => {
  it('copies the config of the app whose settings are given, while it runs', async () => {
    const { position } = await openConfig(join(home, 'app', 'dbless.lmdb'))
    const copy = join(home, 'copy')
    const ran = await biplane(['cache', 'export', copy], { env: { KONG_PREFIX: join(home, 'app') } })
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('Copied revision 42 of') })
    const steps = ran.stderr.split('\n').filter((line) => !line.startsWith(' '))
    expect(steps).toEqual([`Copy ${join(home, 'app', 'dbless.lmdb')}`, 'Verify the copy', ''])
    const opened = await openStore({ directory: copy, lookups: {}, log })
    onTestFinished(() => opened.close())
    expect(opened.position).toEqual(position)
    expect([...opened.entities()]).toHaveLength(50)
  })

  it.each([
    ['the prefix of an app', ''],
    ['the folder itself', 'dbless.lmdb'],
  ])('takes %s', async (_what, path) => {
    const { position } = await openConfig(join(home, 'app', 'dbless.lmdb'))
    const from = join(home, 'app', path)
    const { code, stdout } = await biplane(['cache', 'export', 'copy', '--from', from, '--json'], {
      cwd: home,
    })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      from: join(home, 'app', 'dbless.lmdb'),
      directory: join(home, 'copy'),
      ...position,
      entities: 50,
      bytes: expect.any(Number),
      encrypted: false,
    })
  })

  it('copies an encrypted config for the same keys, or for another one that is asked for', async () => {
    const [key, other] = [aPrivateKey(), aPrivateKey()]
    const { position } = await openConfig(join(home, 'app', 'dbless.lmdb'), {
      on: true,
      keys: [storeKeyOf(key)],
    })
    writeFileSync(join(home, 'other.key'), other)
    const env = { KONG_PREFIX: join(home, 'app') }
    const locked = await biplane(['cache', 'export', join(home, 'none')], {
      env: { ...env, KONG_CLUSTER_CERT_KEY: other },
    })
    expect(locked).toMatchObject({ code: 1, stderr: expect.stringContaining(storeKeyOf(key).id) })
    for (const [to, opens, ...args] of [
      ['same', key],
      ['others', other, '--for-key', join(home, 'other.key')],
    ] as const) {
      const copy = join(home, to)
      const ran = await biplane(['cache', 'export', copy, ...args], {
        env: { ...env, KONG_CLUSTER_CERT_KEY: key },
      })
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('It is encrypted') })
      const opened = await openStore({
        directory: copy,
        lookups: {},
        encryption: { on: true, keys: [storeKeyOf(opens)] },
        log,
      })
      onTestFinished(() => opened.close())
      expect(opened.position).toEqual(position)
    }
  })

  it('takes no file for a key that is none', async () => {
    await openConfig(join(home, 'app', 'dbless.lmdb'))
    const args = ['cache', 'export', join(home, 'copy'), '--for-key', join(home, 'nowhere.key')]
    const ran = await biplane(args, { env: { KONG_PREFIX: join(home, 'app') } })
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('--for-key names no private key') })
  })

  it('finds the config of an app without settings where such an app keeps it', async () => {
    await openConfig(join(home, '.biplane', 'sync-hub', 'dbless.lmdb'))
    expect(await biplane(['cache', 'export', 'copy'], { cwd: home })).toMatchObject({ code: 0 })
    await openConfig(join(home, '.biplane', 'dataplane', 'dbless.lmdb'))
    const both = await biplane(['cache', 'export', 'other'], { cwd: home })
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('more than one config') })
  })

  it.each([
    ['there is no config', [], () => undefined, /nothing at .*dbless\.lmdb/],
    [
      'something is there already',
      [],
      () => mkdirSync(join(home, 'copy', 'x'), { recursive: true }),
      /not empty/,
    ],
    ['the config is damaged', [], damage, /damaged: a process that read it ended with SIG/],
  ])('ends with 1 and says why when %s', async (what, args, prepare, why) => {
    if (!what.startsWith('there is no')) await (await openConfig(join(home, 'app', 'dbless.lmdb'))).close()
    prepare()
    const before = readdirSync(home)
    const ran = await biplane(['cache', 'export', 'copy', ...args], {
      cwd: home,
      env: { KONG_PREFIX: 'app' },
    })
    expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(why) })
    expect(readdirSync(home)).toEqual(before)
  })

  it.each([
    ['the place of the copy', ['']],
    ['what is copied', ['copy', '--from', '']],
    ['the settings file', ['copy', '--conf', '']],
  ])('takes no empty name, which a script did not set, for %s', async (_what, args) => {
    const ran = await biplane(['cache', 'export', ...args], { cwd: home })
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('Name a file or a folder.') })
    expect(readdirSync(home)).toEqual([])
  })

  it.skipIf(process.getuid?.() === 0)('says so where this user may not look', async () => {
    const closed = join(home, 'app')
    mkdirSync(closed, { mode: 0o000 })
    onTestFinished(() => chmodSync(closed, 0o700))
    const ran = await biplane(['cache', 'export', 'copy', '--from', closed], { cwd: home })
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining(`may not look into ${closed}`) })
  })

  it('says so where its reader is killed', async () => {
    await openConfig(join(home, 'app', 'dbless.lmdb'))
    const ran = await biplane(['cache', 'export', 'copy', '--verbose'], {
      cwd: home,
      env: { KONG_PREFIX: 'app', NODE_OPTIONS: `--import=${READER_DIES}` },
    })
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('ended by SIGKILL') })
    expect(ran.stderr).not.toContain('should not happen')
    expect(readdirSync(home)).toEqual(['app'])
  })

  it('leaves nothing behind when it is interrupted', async () => {
    await openConfig(join(home, 'app', 'dbless.lmdb'))
    let interrupted = false
    const ran = await biplane(['cache', 'export', 'copy'], {
      cwd: home,
      env: { KONG_PREFIX: 'app' },
      onOutput: (_told, signal) => {
        if (!interrupted) signal('SIGINT')
        interrupted = true
      },
    })
    expect(ran.code).toBe(130)
    expect(readdirSync(home)).toEqual(['app'])
  })
})

function damage(): void {
  const store = join(home, 'app', 'dbless.lmdb')
  const [generation = ''] = readdirSync(store).filter((name) => name.startsWith('gen-'))
  truncateSync(join(store, generation, 'data.mdb'), 8192)
}
