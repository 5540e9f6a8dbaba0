import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Encryption, openStore, storeKeyOf } from '@biplane/config-store'
import { advance, digest, encodeEntity, toHex } from '@biplane/protocol'
import { expect, it, onTestFinished } from 'vitest'
import { aFolder } from '../fixtures/run.ts'
import { cache } from './cache.ts'
import { anInstallation, found, told } from './fixtures.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const fault = (...expected: Parameters<typeof told>): object => expect.objectContaining(told(...expected))

/** The prefix of a node that has stopped. */
async function aNode(routes: number, encryption?: Encryption): Promise<string> {
  const prefix = aFolder()
  const store = await openStore({
    directory: join(prefix, 'dbless.lmdb'),
    lookups: {},
    log,
    ...(encryption === undefined ? {} : { encryption }),
  })
  const entities = Array.from({ length: routes }, (_, index) => {
    const id = `r${index}`
    return { kind: 'routes', id, bytes: encodeEntity({ id, paths: [`/${'x'.repeat(500)}`] }) }
  })
  if (routes > 0) {
    const hash = entities.reduce((sum, { kind, id, bytes }) => advance(sum, digest(kind, id, bytes), 0n), 0n)
    const writer = store.beginSnapshot({ epoch: 'e', revision: 5, hash: toHex(hash) })
    for (const entity of entities) writer.write(entity)
    await writer.seal()
    await writer.activate()
    await store.removeOldGenerations()
  }
  await store.close()
  return prefix
}

const examined = (prefix: string, more: Record<string, string> = {}) =>
  found(cache, anInstallation('dataplane', { prefix, ...more }))

it('is not there before the first start', async () => {
  expect(await examined(aFolder())).toEqual([told('ok', 'dbless.lmdb', 'not there yet')])
})

it('has received nothing', async () => {
  expect(await examined(await aNode(0))).toEqual([
    fault('warning', 'dbless.lmdb', 'has received no config yet'),
  ])
})

it('is read in full where nobody uses it', async () => {
  expect(await examined(await aNode(3))).toEqual([
    told('ok', 'dbless.lmdb', /^revision 5, hash [0-9a-f]{32}, read in full$/),
  ])
})

it('is encrypted for the key of the settings, for one before it, or for another', async () => {
  const [key, other] = [aPrivateKey(), aPrivateKey()]
  const prefix = await aNode(3, { on: true, keys: [storeKeyOf(key)] })
  const readable = [told('ok', 'dbless.lmdb', /read in full, encrypted$/)]
  expect(await examined(prefix, { cluster_cert_key: key })).toEqual(readable)
  const rotated = { cluster_cert_key: other, cluster_cert_key_previous: key }
  expect(await examined(prefix, rotated)).toEqual(readable)
  const locked = [fault('problem', 'dbless.lmdb', new RegExp(`^cannot be read: .*${storeKeyOf(key).id}`))]
  expect(await examined(prefix, { cluster_cert_key: other })).toEqual(locked)
  expect(await examined(prefix)).toEqual(locked)
})

function aPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

it('is damaged', async () => {
  const prefix = await aNode(300)
  const store = join(prefix, 'dbless.lmdb')
  const [generation = ''] = readdirSync(store).filter((name) => name.startsWith('gen-'))
  truncateSync(join(store, generation, 'data.mdb'), 20_000)
  expect(await examined(prefix)).toEqual([
    fault('problem', store, /^cannot be used: a process that read it ended with SIG/),
  ])
})

it('is of another format', async () => {
  const prefix = await aNode(1)
  writeFileSync(join(prefix, 'dbless.lmdb', 'store.json'), '{"format":9}')
  expect(await examined(prefix)).toEqual([fault('problem', 'dbless.lmdb', 'format 9')])
})

it.skipIf(process.getuid?.() === 0)('is closed to this user', async () => {
  const prefix = await aNode(1)
  chmodSync(join(prefix, 'dbless.lmdb'), 0o000)
  onTestFinished(() => chmodSync(join(prefix, 'dbless.lmdb'), 0o700))
  expect(await examined(prefix)).toEqual([fault('problem', 'dbless.lmdb', 'may not look into it')])
})

it('is not spoken of where there can be no folder', async () => {
  const file = join(aFolder(), 'file')
  writeFileSync(file, '')
  expect(await examined(file)).toEqual([])
})

it('was damaged once', async () => {
  const prefix = await aNode(1)
  mkdirSync(join(prefix, 'dbless.lmdb.damaged-20260101T000000.000Z'))
  expect(await examined(prefix)).toEqual([
    told('ok', 'dbless.lmdb', 'revision 5'),
    fault('warning', 'dbless.lmdb.damaged-', 'was moved aside'),
  ])
})

it('is about to reach the size that was allowed', async () => {
  const prefix = await aNode(1500)
  expect(await examined(prefix, { lmdb_map_size: '1m' })).toEqual([
    told('ok', 'dbless.lmdb', 'revision 5'),
    fault('warning', 'dbless.lmdb', /^uses \d+ % of lmdb_map_size$/),
  ])
  expect(await examined(prefix)).toHaveLength(1)
})
