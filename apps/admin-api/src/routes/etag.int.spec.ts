import { randomUUID } from 'node:crypto'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, registry, useDatabases } from '../fixtures/admin.ts'
import { examples } from '../fixtures/examples.ts'

const databases = useDatabases()
let app: FastifyInstance
beforeAll(async () => {
  app = anAdmin(await databases.migrated())
})

type Json = Record<string, unknown>
async function send(
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  url: string,
  body?: Json,
  headers = {},
) {
  const options: InjectOptions = { method, url, headers, ...(body && { payload: body }) }
  const { statusCode, payload, headers: told } = await app.inject(options)
  const { etag, 'x-biplane-revision': revision } = told
  return { status: statusCode, body: payload === '' ? null : JSON.parse(payload), etag, revision }
}
const aName = () => `s-${randomUUID()}`
async function aService(body: Json = {}) {
  const { body: made, etag } = await send('POST', '/services', { name: aName(), host: 'h.test', ...body })
  return { url: `/services/${made.id}`, etag: String(etag), id: String(made.id) }
}

describe('the ETag of an entity', () => {
  it('is that of every answer that shows it, and changes with what is shown', async () => {
    const { url, etag, id } = await aService()
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
    expect((await send('GET', url)).etag).toBe(etag)
    expect((await send('HEAD', url)).etag).toBe(etag)
    const patched = await send('PATCH', url, { retries: 1 })
    expect(patched.etag).not.toBe(etag)
    expect((await send('GET', url)).etag).toBe(patched.etag)
    const { body: route } = await send('POST', '/routes', { paths: ['/x'], service: { id } })
    expect((await send('GET', `/routes/${route.id}/service`)).etag).toBe(patched.etag)
  })

  it.each(Object.keys(examples))('is told where one of the %s is created', async (kind) => {
    const { path, answer } = await made(kind)
    const read = await send('GET', `${path}/${answer.body.id}`)
    expect(read.etag).toMatch(/^"/)
    // What GET shows of a group is more than that.
    if (kind !== 'consumer_groups') expect(answer.etag).toBe(read.etag)
  })

  it('of a group changes with its members, and is not told by writes, which show less of it', async () => {
    const group = await send('POST', '/consumer_groups', { name: aName() })
    expect([group.status, group.etag]).toEqual([201, undefined])
    const url = `/consumer_groups/${group.body.id}`
    const before = await send('GET', url)
    const { body: consumer } = await send('POST', '/consumers', { username: aName() })
    await send('POST', `${url}/consumers`, { consumer: consumer.id })
    expect((await send('GET', url)).etag).not.toBe(before.etag)
    expect((await send('PATCH', url, { tags: ['a'] }, { 'if-match': before.etag })).status).toBe(412)
  })

  it('stays while the ttl of a credential runs down', async () => {
    const { body: consumer } = await send('POST', '/consumers', { username: aName() })
    const { body } = await send('POST', `/consumers/${consumer.id}/key-auth`, { ttl: 1000 })
    const url = `/key-auths/${body.id}`
    const seen = await send('GET', url)
    await expect
      .poll(async () => (await send('GET', url)).body.ttl, { timeout: 30_000 })
      .not.toBe(seen.body.ttl)
    expect((await send('GET', url)).etag).toBe(seen.etag)
  })
})

async function made(kind: string): Promise<{ path: string; answer: Awaited<ReturnType<typeof send>> }> {
  const example = await examples[kind]?.(async (of) => (await made(of)).answer.body.id)
  const path = example?.path ?? `/${registry.get(kind)?.collection}`
  return { path, answer: await send('POST', path, example?.body) }
}

describe('a condition', () => {
  it.each<
    [string, string, 'GET' | 'PUT' | 'PATCH' | 'DELETE', (etag: string) => Record<string, string>, number]
  >([
    ['lets a read through whose tag is another', 'is', 'GET', () => ({ 'if-none-match': '"x"' }), 200],
    [
      'answers a read whose tag is the same',
      'is',
      'GET',
      (etag) => ({ 'if-none-match': `"x", W/${etag}` }),
      304,
    ],
    ['answers a read of anything that is there', 'is', 'GET', () => ({ 'if-none-match': '*' }), 304],
    ['refuses a read of what changed', 'is', 'GET', () => ({ 'if-match': '"x"' }), 412],
    ['lets a write through', 'is', 'PATCH', (etag) => ({ 'if-match': `"x",${etag}` }), 200],
    ['lets a write of anything that is there through', 'is', 'PUT', () => ({ 'if-match': '*' }), 200],
    ['refuses a write with another tag', 'is', 'PATCH', () => ({ 'if-match': '"x"' }), 412],
    ['refuses a write with a weak tag', 'is', 'PATCH', (etag) => ({ 'if-match': `W/${etag}` }), 412],
    ['refuses a delete with another tag', 'is', 'DELETE', () => ({ 'if-match': '"x"' }), 412],
    ['lets a delete through', 'is', 'DELETE', (etag) => ({ 'if-match': etag }), 204],
    ['refuses a write of what is not there', 'is not', 'PUT', () => ({ 'if-match': '*' }), 412],
    ['refuses a delete of what is not there', 'is not', 'DELETE', () => ({ 'if-match': '*' }), 412],
    ['creates what is not there', 'is not', 'PUT', () => ({ 'if-none-match': '*' }), 200],
    ['refuses to replace what is there', 'is', 'PUT', () => ({ 'if-none-match': '*' }), 412],
    ['is judged where a path is unknown to nobody', 'is not', 'GET', () => ({ 'if-match': '*' }), 404],
    ['that nobody can read is refused', 'is', 'PATCH', () => ({ 'if-match': 'x' }), 400],
  ])('%s', async (_, exists, method, headers, expected) => {
    const { url, etag } = exists === 'is' ? await aService() : { url: `/services/${aName()}`, etag: '' }
    const body = method === 'GET' || method === 'DELETE' ? undefined : { host: 'other.test' }
    const answer = await send(method, url, body, headers(etag))
    expect(answer.status, JSON.stringify(answer.body)).toBe(expected)
    if (expected === 412 || expected === 304) expect((await send('GET', url)).etag ?? '').toBe(etag)
    expect(answer.revision !== undefined).toBe(method !== 'GET' && expected < 300)
  })

  it('says which one does not hold and what the tag is', async () => {
    const { url, etag } = await aService()
    expect(await send('PATCH', url, { retries: 1 }, { 'if-match': '"x"' })).toEqual({
      status: 412,
      body: { message: `If-Match does not hold: the entity has another ETag, ${etag}` },
      etag,
      revision: undefined,
    })
  })

  it('loses no change of 64 writers who each read, change and try again', async () => {
    const { url } = await aService({ tags: [] })
    const writer = async (_: unknown, n: number) => {
      for (;;) {
        const { body, etag } = await send('GET', url)
        const { status } = await send('PATCH', url, { tags: [...body.tags, `t${n}`] }, { 'if-match': etag })
        if (status === 200) return
        expect(status).toBe(412)
      }
    }
    await Promise.all(Array.from({ length: 64 }, writer))
    const { tags } = (await send('GET', url)).body
    expect(tags.toSorted()).toEqual(Array.from({ length: 64 }, (_, n) => `t${n}`).toSorted())
  })

  it('lets one of many create what is not there', async () => {
    const url = `/services/${aName()}`
    const conditional = () => send('PUT', url, { host: 'h.test' }, { 'if-none-match': '*' })
    const answers = await Promise.all(Array.from({ length: 24 }, conditional))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(23).fill(412)])
  })
})
