import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { NOWHERE } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import type { Encryption } from './encryption.ts'
import { examineStore } from './examine-store.ts'
import { aConsumer, aCredential, aRoute, EMPTY, type Model, modelOf } from './fixtures.ts'
import { openLmdbFile } from './lmdb-file.ts'
import { entityKey, lookupRanges } from './records.ts'
import type { Store } from './store.ts'
import { applyTo, aStoreKey, fill, openTestStore, storeDirectory } from './test-store.ts'

const [first, second, third] = [aStoreKey(), aStoreKey(), aStoreKey()]
const under = (...keys: Encryption['keys']): Encryption => ({ on: true, keys })
const inPlainText = (...keys: Encryption['keys']): Encryption => ({ on: false, keys })

const SECRETS = ['hush-hush', 'a-user', 'a/private/path']
const ENTITIES = [
  aConsumer('c1', 'a-user'),
  aCredential('k1', 'hush-hush'),
  aRoute('r1', ['/a/private/path']),
  ...Array.from({ length: 300 }, (_, i) => aCredential(`other${i}`, `hush-hush-${i}`)),
]

/** A store that holds them, closed. */
async function closedStore(encryption: Encryption): Promise<{ directory: string; model: Model }> {
  const directory = storeDirectory()
  const store = await openTestStore({ directory, encryption })
  const model = await fill(store, ENTITIES)
  await store.close()
  return { directory, model }
}

/** Which of the secrets the bytes of any file there tell, in any of the usual forms. */
function told(directory: string, secrets: readonly string[] = SECRETS): string[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
  const forms = (secret: string) => [
    secret,
    Buffer.from(secret.slice(0, secret.length - (secret.length % 3))).toString('base64'),
  ]
  return secrets.filter((secret) => forms(secret).some((form) => files.some((text) => text.includes(form))))
}

const asides = (directory: string, sort: string): string[] =>
  readdirSync(dirname(directory))
    .filter((name) => name.startsWith(`${basename(directory)}.${sort}-`))
    .map((name) => join(dirname(directory), name))

const manifestText = (directory: string): string => readFileSync(join(directory, 'store.json'), 'utf8')

async function contentUnder(directory: string, encryption: Encryption): Promise<Model> {
  const store = await openTestStore({ directory, encryption })
  const model = modelOf(store)
  await store.close()
  return model
}

describe('the files of an encrypted store', () => {
  it('tell nothing of what it holds, after snapshots and deltas, used or free', async () => {
    const directory = storeDirectory()
    const store = await openTestStore({ directory, encryption: under(first) })
    let model = await fill(store, ENTITIES)
    for (const path of ['/hush-hush-path', '/another'])
      for (let round = 0; round < 5; round++) {
        applyTo(store, model, [aRoute('r1', [`${path}${round}`]), aCredential('k1', `hush-hush${round}`)])
        model = modelOf(store)
      }
    const { hash } = store.position
    expect(store.lookup('keyauth_credentials', 'key', 'hush-hush4')).toBe('k1')
    expect(told(directory, [...SECRETS, '"username"', hash])).toEqual([])
    await store.close()
    expect(told(directory, [...SECRETS, '"username"', hash])).toEqual([])
  })

  it('in plain text tell all of it', async () => {
    const { directory } = await closedStore(inPlainText(first))
    expect(told(directory)).toEqual(SECRETS)
  })

  it('lead to no entity by a key that can be told without the data key', async () => {
    const [one, other] = [await closedStore(under(first)), await closedStore(under(first))]
    const keysIn = ({ directory }: { directory: string }) => {
      const file = openLmdbFile(join(directory, 'gen-000002'), true)
      return lookupRanges.flatMap((range) => [...file.getKeys(range)])
    }
    const [mine, theirs] = [keysIn(one), new Set(keysIn(other))]
    expect(mine.length).toBeGreaterThan(600)
    expect(mine.filter((key) => theirs.has(key))).toEqual([])
  })
})

describe('switching encryption', () => {
  it.each([
    ['on', inPlainText(first), under(first), []],
    ['off', under(first), inPlainText(first), SECRETS],
  ])(
    '%s writes a new generation with the same content, and leaves nothing of the old one',
    async (_how, from, to, tells) => {
      const { directory, model } = await closedStore(from)
      const store = await openTestStore({ directory, encryption: to })
      expect(modelOf(store)).toEqual(model)
      expect(store.lookup('keyauth_credentials', 'key', 'hush-hush')).toBe('k1')
      expect(basename(store.generation.directory)).toBe('gen-000003')
      expect(readdirSync(directory).filter((name) => name.startsWith('gen-'))).toEqual(['gen-000003'])
      await store.close()
      expect(told(directory)).toEqual(tells)
      expect(await contentUnder(directory, to)).toEqual(model)
    },
  )

  it('on removes what was moved aside in plain text, and nothing that was encrypted', async () => {
    const { directory } = await closedStore(under(first))
    await (await openTestStore({ directory, encryption: inPlainText() })).close()
    writeFileSync(join(directory, 'store.json'), 'rubbish')
    const store = await openTestStore({ directory, encryption: inPlainText() })
    const model = await fill(store, ENTITIES)
    await store.close()
    expect([asides(directory, 'locked'), asides(directory, 'damaged')]).toMatchObject([[{}], [{}]])
    expect(await contentUnder(directory, under(first))).toEqual(model)
    expect(asides(directory, 'damaged')).toEqual([])
    expect(asides(directory, 'locked')).toHaveLength(1)
    expect(told(dirname(directory))).toEqual([])
  })

  it('on keeps a store of which it finds no room for another, and a later snapshot switches it', async () => {
    const { directory, model } = await closedStore(inPlainText(first))
    const warnings: object[] = []
    const store = await openTestStore({ directory, encryption: under(first), mapSize: 20_000, warnings })
    expect(modelOf(store)).toEqual(model)
    expect(store.generation.key).toBe(null)
    expect(asides(directory, 'damaged')).toEqual([])
    await fill(store, [aRoute('r1')], 2)
    expect(store.generation.key).not.toBe(null)
  })
})

describe('rotating the key', () => {
  it('wraps an encrypted store for the new key and the previous one, writing none of it anew', async () => {
    const { directory, model } = await closedStore(under(first))
    const before = readFileSync(join(directory, 'gen-000002', 'data.mdb'))
    expect(await contentUnder(directory, under(second, first))).toEqual(model)
    expect(await contentUnder(directory, under(first, second))).toEqual(model)
    expect(manifestText(directory)).toContain(second.id)
    expect(readFileSync(join(directory, 'gen-000002', 'data.mdb')).equals(before)).toBe(true)
  })

  it('ends with the new key alone opening it', async () => {
    const { directory, model } = await closedStore(under(first))
    for (const encryption of [under(second, first), under(second)])
      expect(await contentUnder(directory, encryption)).toEqual(model)
    expect(manifestText(directory)).not.toContain(first.id)
    expect(await examineStore(directory, [first])).toMatchObject({ kind: 'locked' })
    expect(await examineStore(directory, [second])).toMatchObject({ kind: 'whole', encrypted: true })
  })

  it('wraps a store in use for the keys of now, and a snapshot that is under way', async () => {
    const directory = storeDirectory()
    const store = await openTestStore({ directory, encryption: under(first) })
    const model = await fill(store, ENTITIES)
    store.adoptKeys([second])
    expect(await examineStore(directory, [first])).toMatchObject({ kind: 'locked' })
    const writer = store.beginSnapshot({ ...store.position, revision: store.position.revision + 1 })
    for (const change of store.entities()) writer.write(change)
    store.adoptKeys([third])
    await writer.seal()
    await writer.activate()
    expect(manifestText(directory)).not.toContain(second.id)
    await store.close()
    expect(await contentUnder(directory, under(third))).toEqual(model)
  })

  it('of a store in plain text counts once it is encrypted', async () => {
    const { directory } = await closedStore(inPlainText(first))
    const store = await openTestStore({ directory, encryption: under(first), mapSize: 20_000 })
    store.adoptKeys([second])
    expect(store.generation.key).toBe(null)
    const model = await fill(store, [aRoute('r1')], 2)
    await store.close()
    expect(await examineStore(directory, [first])).toMatchObject({ kind: 'locked' })
    expect(await contentUnder(directory, under(second))).toEqual(model)
  })

  it('gives the next snapshot a data key of its own', async () => {
    const { directory } = await closedStore(under(first))
    const store = await openTestStore({ directory, encryption: under(first) })
    const before = store.generation.key
    await fill(store, ENTITIES, 2)
    expect(before !== null && store.generation.key?.equals(before)).toBe(false)
  })
})

describe('a store that no key opens', () => {
  it.each([
    ['another key', under(second, third)],
    ['no key', inPlainText()],
  ])(
    '(%s) is moved aside, told with the key it needs, and replaced by an empty one',
    async (_what, encryption) => {
      const { directory, model } = await closedStore(under(first))
      const warnings: object[] = []
      const store = await openTestStore({ directory, encryption, warnings })
      expect(store.position).toEqual(NOWHERE)
      const [aside = ''] = asides(directory, 'locked')
      expect(warnings).toMatchObject([{ reason: expect.stringContaining(first.id), movedTo: aside }])
      expect(await fill(store, [aRoute('r1')])).toEqual(modelOf(store))
      expect(await contentUnder(aside, under(first))).toEqual(model)
    },
  )

  it.each([
    ['cut off', (text: string) => text.replace(/("wrapped": ").{9}/, '$1')],
    ['changed', (text: string) => text.replace(/("wrapped": ").{4}/, '$1AAAA')],
    ['gone', (text: string) => text.replace(/"keyCheck": \[[^\]]*\]/, '"keyCheck": []')],
    ['said to be in plain text', (text: string) => text.replace('xaes-256-gcm', 'none')],
    [
      'denied',
      (text: string) =>
        text
          .replace('"cipher": "xaes-256-gcm"', '"cipher": "none"')
          .replace(/"keyCheck": \[[^\]]*\]/, '"keyCheck": null'),
    ],
  ])('since its wrapped key is %s is not served', async (_how, spoil) => {
    const { directory } = await closedStore(under(first))
    const text = manifestText(directory)
    writeFileSync(join(directory, 'store.json'), spoil(text))
    expect(manifestText(directory)).not.toBe(text)
    expect(await contentUnder(directory, under(first))).toEqual(EMPTY)
  })
})

/** Changes the records of a closed store as they lie on the disk. */
async function tamper(
  directory: string,
  how: (file: ReturnType<typeof openLmdbFile>) => void,
): Promise<void> {
  const file = openLmdbFile(join(directory, 'gen-000002'), false)
  how(file)
  await file.close()
}

const [one, other] = [entityKey('keyauth_credentials', 'other1'), entityKey('keyauth_credentials', 'other2')]

const FORGERIES: [string, (file: ReturnType<typeof openLmdbFile>) => void][] = [
  ['put in the place of another', (file) => file.putSync(one, file.get(other) ?? Buffer.alloc(0))],
  ['swapped by what they lead to', (file) => swapLookups(file)],
  ['flipped by one bit', (file) => file.putSync(one, flipped(file.get(one)))],
  ['written in plain text', (file) => file.putSync(one, Buffer.from('{"id":"other1","key":"mine"}'))],
  ['removed', (file) => void file.removeSync(one)],
]

function swapLookups(file: ReturnType<typeof openLmdbFile>, start = 'u\0'): void {
  const [a, b] = [...file.getRange({ start, limit: 2 })]
  if (a === undefined || b === undefined) throw new Error('there are two lookups')
  file.putSync(a.key, b.value)
  file.putSync(b.key, a.value)
}

function flipped(bytes: Buffer = Buffer.alloc(0)): Buffer {
  const copy = Buffer.from(bytes)
  copy[30] = (copy[30] ?? 0) ^ 1
  return copy
}

describe('an encrypted store with records that were', () => {
  it.each(FORGERIES)('%s is moved aside', async (_how, forge) => {
    const { directory } = await closedStore(under(first))
    await tamper(directory, forge)
    expect(await contentUnder(directory, under(first))).toEqual(EMPTY)
    expect(asides(directory, 'damaged')).toHaveLength(1)
  })

  it('taken from an earlier generation of it is moved aside', async () => {
    const { directory } = await closedStore(under(first))
    const before = `${directory}-before`
    cpSync(directory, before, { recursive: true })
    const store = await openTestStore({ directory, encryption: under(first) })
    await fill(store, ENTITIES, 1)
    await store.close()
    rmSync(store.generation.directory, { recursive: true })
    cpSync(join(before, 'gen-000002'), store.generation.directory, { recursive: true })
    expect(await contentUnder(directory, under(first))).toEqual(EMPTY)
  })

  it('exchanged while it is open leads nobody to an entity of another key', async () => {
    const directory = storeDirectory()
    const store = await openTestStore({ directory, encryption: under(first) })
    await fill(store, ENTITIES)
    await tamper(directory, (file) => {
      file.putSync(one, file.get(other) ?? Buffer.alloc(0))
      swapLookups(file, 'u\0keyauth_credentials\0')
    })
    expect(() => store.get('keyauth_credentials', 'other1')).toThrow('was changed')
    const answers = Array.from({ length: 300 }, (_, i) => {
      try {
        const id = store.lookup('keyauth_credentials', 'key', `hush-hush-${i}`)
        return id === `other${i}` ? 'right' : 'wrong'
      } catch {
        return 'refused'
      }
    })
    expect(answers).not.toContain('wrong')
    expect(answers).toContain('refused')
  })

  it('changed while it is open takes no delta that reads them, tells of damage, and is healed by a snapshot', async () => {
    const damage = Promise.withResolvers<string>()
    const directory = storeDirectory()
    const store: Store = await openTestStore({
      directory,
      encryption: under(first),
      onDamage: damage.resolve,
    })
    const model = await fill(store, ENTITIES)
    await tamper(directory, (file) => file.putSync(one, flipped(file.get(one))))
    expect(applyTo(store, model, [aCredential('other1', 'new')])).toMatchObject({
      kind: 'refused',
      reason: 'damaged',
    })
    expect(await damage.promise).toContain('other1')
    await fill(store, ENTITIES, 2)
    await store.close()
    expect(await contentUnder(directory, under(first))).toEqual(model)
  })
})
