import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Encryption, storeKeyOf } from '@biplane/config-store'
import { expect, it } from 'vitest'
import { aNode, type RunningNode } from './fixtures/a-node.ts'
import { anUpstream, serviceAt } from './fixtures/an-upstream.ts'
import { closedAfterEach } from './fixtures/closed-after-each.ts'
import { ConfigAuthor } from './fixtures/config-author.ts'

const open = closedAfterEach()

function aKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  return storeKeyOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
}

async function answers(node: RunningNode): Promise<number[]> {
  const keys = ['hush-hush', 'hush-hush-2', 'guessed']
  const asked = keys.map((apikey) => fetch(node.url, { headers: { apikey } }))
  return (await Promise.all(asked)).map(({ status }) => status)
}

/** Whether a file of the cache holds the text. */
function tells(directory: string, text: string): boolean {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.mdb') || name.endsWith('.json'))
    .some((name) => readFileSync(join(directory, name), 'latin1').includes(text))
}

it('a node serves from an encrypted cache, by snapshot and delta, over restarts that rotate the key or switch it off', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'biplane-encrypted-'))
  open.push({ [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) })
  const upstream = await anUpstream()
  open.push(upstream)
  const author = new ConfigAuthor()
  const { id: service } = author.put('services', serviceAt(upstream))
  author.put('routes', { paths: ['/'], service: { id: service } })
  author.put('plugins', { name: 'key-auth' })
  const { id } = author.put('consumers', { username: 'alice' })
  author.put('keyauth_credentials', { key: 'hush-hush', consumer: { id } })
  const [first, second] = [aKey(), aKey()]

  const node = await aNode({ directory, encryption: { on: true, keys: [first] } })
  expect(await node.apply(author.snapshot())).toMatchObject({ kind: 'applied' })
  expect(await answers(node)).toEqual([200, 401, 401])
  author.put('keyauth_credentials', { key: 'hush-hush-2', consumer: { id } })
  expect(await node.apply(author.delta())).toMatchObject({ kind: 'applied' })
  expect(await answers(node)).toEqual([200, 200, 401])
  expect(tells(directory, 'hush-hush')).toBe(false)
  await node.close(100)

  const restarts: Encryption[] = [
    { on: true, keys: [second, first] },
    { on: true, keys: [second] },
    { on: false, keys: [second] },
  ]
  for (const encryption of restarts) {
    const again = await aNode({ directory, encryption })
    expect(again.position()).toEqual(author.position)
    expect(await answers(again)).toEqual([200, 200, 401])
    expect(tells(directory, 'hush-hush')).toBe(!encryption.on)
    await again.close(100)
  }
})
