import { randomUUID } from 'node:crypto'
import { type Database, readHead } from '@biplane/database'
import type { JsonObject } from '@biplane/entities'
import { ec, rsa } from '@biplane/entities/fixtures/pem'
import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from '../fixtures/admin.ts'
import { aName } from '../fixtures/examples.ts'

const databases = useDatabases()
let db: Database
let app: FastifyInstance

beforeAll(async () => {
  db = await databases.migrated()
  app = anAdmin(db)
})

describe('a certificate and its names', () => {
  it('are one revision, whatever becomes of them', async () => {
    const names = aFew(3)
    const before = (await readHead(db)).revision
    const made = await send('POST', '/certificates', { ...rsa, snis: names.slice(0, 2) })
    const path = `/certificates/${made.json<JsonObject>().id}`
    const patched = await send('PATCH', path, { ...ec, snis: names.slice(1) })
    const put = await send('PUT', path, { ...rsa })
    const gone = await send('DELETE', path)
    const revisions = [made, patched, put, gone].map(({ headers }) => Number(headers['x-biplane-revision']))
    expect(revisions).toEqual([1, 2, 3, 4].map((nth) => before + nth))
    expect([made, patched, put].map((answer) => answer.json<JsonObject>().snis)).toEqual([
      names.slice(0, 2).toSorted(),
      names.slice(1).toSorted(),
      [],
    ])
  })

  it('are not written when a name is refused', async () => {
    const [mine = '', taken = ''] = aFew(2)
    await create({ ...rsa, snis: [taken] })
    const made = await create({ ...rsa, snis: [mine] })
    const before = await readHead(db)
    for (const [snis, refusal] of [
      [[taken], { snis: `${taken} already associated` }],
      [[mine, mine], { snis: `${mine} is duplicated` }],
      [['10.0.0.1'], 'invalid unique name'],
      [[5], { name: 'expected a string' }],
      [{ a: mine }, { snis: 'expected an array' }],
    ] as const) {
      const answer = await send('PATCH', `/certificates/${made.id}`, { ...ec, snis })
      expect(answer.statusCode).toBe(400)
      const { name, fields } = answer.json<{ name: string; fields?: object }>()
      if (typeof refusal === 'string') expect(name).toBe(refusal)
      else
        expect(fields).toEqual(
          Object.fromEntries(
            Object.entries(refusal).map(([field, text]) => [field, expect.stringContaining(text)]),
          ),
        )
    }
    expect(await readHead(db)).toEqual(before)
    expect((await send('GET', `/certificates/${mine}`)).json()).toEqual(made)
  })

  it.each([
    ['a list', (names: string[]) => names.map((name) => ['snis[]', name])],
    ['the same field again', (names: string[]) => names.map((name) => ['snis', name])],
  ])('come in a form as %s', async (_, toPairs) => {
    const names = aFew(2)
    const pairs = [...Object.entries(rsa), ...toPairs(names)] as [string, string][]
    const answer = await app.inject({
      method: 'POST',
      url: '/certificates',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: String(new URLSearchParams(pairs)),
    })
    expect(answer.json()).toMatchObject({ snis: names.toSorted() })
  })

  it('are listed together, each with its own', async () => {
    const certificates = [
      await create({ ...rsa, snis: aFew(2) }),
      await create({ ...ec }),
      await create({ ...rsa }),
    ]
    const { data } = (await send('GET', '/certificates?size=1000')).json<{ data: JsonObject[] }>()
    for (const certificate of certificates)
      expect(data.find(({ id }) => id === certificate.id)).toEqual(certificate)
  })

  it('lie above what uses them, by id and by name', async () => {
    const [name = ''] = aFew(1)
    const { id } = await create({ ...rsa, snis: [name] })
    const service = await send('POST', `/certificates/${name}/services`, { url: 'https://h.test' })
    expect(service.json()).toMatchObject({ client_certificate: { id } })
    const upstream = await send('POST', `/certificates/${id}/upstreams`, { name: `${aName()}.test` })
    expect(upstream.json()).toMatchObject({ client_certificate: { id } })
    const linked = await send('GET', `/services/${service.json<JsonObject>().id}/client_certificate`)
    expect(linked.json()).toMatchObject({ id, snis: [name] })
    const unknown = await send('GET', `/certificates/${aName()}.test/services`)
    expect([unknown.statusCode, unknown.json()]).toEqual([404, { message: 'SNI not found' }])
  })

  it.each([
    ['services', { url: 'https://h.test' }],
    ['upstreams', { name: 'u.test' }],
  ])('stay while %s use them', async (kind, body) => {
    const { id } = await create({ ...rsa, snis: aFew(1) })
    await send('POST', `/${kind}`, { ...body, client_certificate: { id: String(id) } })
    const answer = await send('DELETE', `/certificates/${id}`)
    expect([answer.statusCode, answer.json()]).toMatchObject([
      400,
      { code: 4, message: `an existing '${kind}' entity references this 'certificates' entity` },
    ])
  })

  it('are refused for their names first', async () => {
    const [taken = ''] = aFew(1)
    const { id } = await create({ ...rsa, snis: [taken] })
    for (const [snis, told] of [
      [['a.test', 'a.test'], 'a.test is duplicated'],
      [[taken], `${taken} already associated with existing certificate '${id}'`],
      [['a b'], 'invalid value: a b'],
    ] as const) {
      const answers = [
        await send('POST', '/certificates', { cert: 'none', snis }),
        await send('PATCH', `/certificates/${randomUUID()}`, { snis }),
      ]
      for (const { statusCode, body } of answers)
        expect([statusCode, body]).toEqual([400, expect.stringContaining(told)])
    }
  })

  it.each([
    [
      'the names of the body, and the one that it goes by',
      (name: string) => ({ snis: [name] }),
      ['mine', 'other'],
    ],
    ['a name once', (_: string, mine: string) => ({ snis: [mine] }), ['mine']],
    ['the one that it goes by, of an empty list', () => ({ snis: [] }), ['mine']],
    ['no name, where the body has none', () => ({}), []],
    ['no name, where the body says so', () => ({ snis: null }), []],
  ])('keep, replaced through a name, %s', async (_, body, kept) => {
    const [mine = '', other = ''] = aFew(2)
    await create({ ...rsa, snis: [mine] })
    const answer = await send('PUT', `/certificates/${mine}`, { ...rsa, ...body(other, mine) })
    const names = kept.map((name) => (name === 'mine' ? mine : other)).toSorted()
    expect([answer.statusCode, answer.json<JsonObject>().snis]).toEqual([200, names])
  })

  it('end in one certificate for each name when many want the same at once', async () => {
    const names = aFew(2)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => send('POST', '/certificates', { ...rsa, snis: names })),
    )
    const made = answers.filter(({ statusCode }) => statusCode === 201)
    expect(made).toHaveLength(1)
    for (const { statusCode } of answers) expect([201, 400, 409]).toContain(statusCode)
  })
})

function aFew(count: number): string[] {
  return Array.from({ length: count }, () => `${aName()}.test`)
}

async function create(body: JsonObject): Promise<JsonObject> {
  const answer = await send('POST', '/certificates', body)
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}

function send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: JsonObject) {
  const headers = { 'content-type': 'application/json' }
  return app.inject({ method, url, ...(body && { headers, payload: JSON.stringify(body) }) })
}
