import type { FastifyInstance, InjectOptions } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, registry, useDatabases } from './fixtures/admin.ts'

const databases = useDatabases()
let app: FastifyInstance
/** Every path that can be asked for, as `/endpoints` tells it. */
let paths: readonly string[]

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
  const { data } = (await app.inject('/endpoints')).json<{ data: string[] }>()
  // Whose 503 tells that nothing follows the journal here.
  paths = data.filter((path) => path !== '/status/ready')
  for (const name of ['kept', 'other']) await create({ name, host: 'h.test', tags: [name] })
})

/** Always true, another statement, a comment, an end of the quotes of each sort. */
const fragments = [
  `' OR '1'='1`,
  `x'; DELETE FROM services; --`,
  `1); DROP TABLE services; --`,
  `" OR ""="`,
  `\\' OR 1=1 --`,
  `$$; DROP TABLE services; $$`,
  `{kept,other}`,
  `k_p%`,
]

const PARAMETERS = [
  ...['size', 'offset', 'tags', 'custom_id', 'sort_desc', 'list_consumers', 'name', 'balancer_health'],
]

describe.each(fragments)('%s', (fragment) => {
  const escaped = encodeURIComponent(fragment)

  it('in any parameter lists nothing that was not asked for, and breaks nothing', async () => {
    for (const name of PARAMETERS) {
      for (const path of paths.filter((each) => !each.includes('{'))) {
        const answer = await app.inject(`${path}?${name}=${escaped}`)
        expect(answer.statusCode, `${path} ${answer.body}`).toBeLessThan(500)
        if (name === 'tags' && path === '/services' && answer.statusCode === 200)
          expect(answer.json()).toEqual({ data: [], next: null })
      }
    }
    await expectUnharmed()
  })

  it('in any segment of any path names nothing', async () => {
    for (const path of paths.filter((each) => each.includes('{'))) {
      for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
        const answer = await app.inject({ method, url: path.replaceAll(/\{[^}]+\}/g, escaped), ...json({}) })
        expect(answer.statusCode, `${method} ${path} ${answer.body}`).toBeLessThan(500)
        // What nobody carries, a list may be asked for; at the top level a delete of nothing is done.
        if (method === 'GET' && answer.statusCode === 200) expect(answer.json()).toMatchObject({ data: [] })
        if (method === 'PATCH') expect(answer.statusCode, answer.body).toBeGreaterThanOrEqual(400)
      }
    }
    await expectUnharmed()
  })

  it('is a name like any other where names may be so, found by all of it', async () => {
    const body = { username: fragment, custom_id: fragment, tags: [fragment.replaceAll(/[,/]/g, '')] }
    const put = await app.inject({ method: 'PUT', url: `/consumers/${escaped}`, ...json(body) })
    expect(put.json()).toMatchObject(body)
    const [read, listed, tagged] = [
      await app.inject(`/consumers/${escaped}`),
      await app.inject(`/consumers?custom_id=${escaped}`),
      await app.inject(`/consumers?tags=${encodeURIComponent(body.tags[0] ?? '')}`),
    ]
    expect(read.json()).toEqual(put.json())
    for (const list of [listed, tagged]) expect(list.json()).toEqual({ data: [put.json()], next: null })
    await app.inject({ method: 'DELETE', url: `/consumers/${escaped}` })
    expect((await app.inject('/consumers')).json()).toEqual({ data: [], next: null })
  })

  it('in every field of every kind is stored as it is or refused', async () => {
    for (const { collection, fields } of registry.all) {
      if (collection === null) continue
      const body = Object.fromEntries(Object.keys(fields).map((name) => [name, fragment]))
      const answer = await app.inject({ method: 'POST', url: `/${collection}`, ...json(body) })
      expect(answer.statusCode, `${collection} ${answer.body}`).toBe(400)
    }
    await expectUnharmed()
  })
})

async function expectUnharmed(): Promise<void> {
  const { data } = (await app.inject('/services')).json<{ data: { name: string }[] }>()
  expect(data.map(({ name }) => name).toSorted()).toEqual(['kept', 'other'])
}

function create(body: object) {
  return app.inject({ method: 'POST', url: '/services', ...json(body) })
}

function json(body: object): Pick<InjectOptions, 'headers' | 'payload'> {
  return { headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body) }
}
