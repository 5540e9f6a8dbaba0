import type { FastifyInstance } from 'fastify'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from './fixtures/admin.ts'

const databases = useDatabases()
let app: FastifyInstance

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
})

/** What every object would have, had one of the requests got through. */
const inherited = Object.getOwnPropertyNames(Object.prototype).toSorted()
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(inherited)
  expect(Object.getOwnPropertyNames(Array.prototype)).not.toContain('polluted')
})

const PROTO = '{"polluted":true,"host":"polluted.test","name":"polluted"}'
const CONSTRUCTOR = `{"prototype":${PROTO}}`

describe('a body that reaches for the prototype of all objects', () => {
  it.each([
    ['as a member', `{"host":"h.test","__proto__":${PROTO}}`],
    ['by its constructor', `{"host":"h.test","constructor":${CONSTRUCTOR}}`],
    ['with its name escaped', `{"host":"h.test","\\u005f_proto__":${PROTO}}`],
    ['inside a member', `{"host":"h.test","client_certificate":{"__proto__":${PROTO}}}`],
    ['inside a list', `{"host":"h.test","tags":[{"__proto__":${PROTO}}]}`],
    ['twice', `{"host":"h.test","__proto__":1,"__proto__":${PROTO}}`],
  ])('is refused as JSON: %s', async (_where, payload) => {
    const answer = await sent('/services', payload)
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 2, name: 'schema violation' }])
  })

  it('does not give what is missing', async () => {
    const answer = await sent('/services', `{"__proto__":{"host":"h.test"}}`)
    expect(answer.json()).toMatchObject({ fields: { host: 'required field missing' } })
  })

  const names = [
    '__proto__.polluted',
    '__proto__[polluted]',
    'constructor.prototype.polluted',
    'a.__proto__.polluted',
  ]

  it.each(names)('is refused as a form: %s', async (name) => {
    const form = new URLSearchParams([
      ['host', 'h.test'],
      [name, 'true'],
    ])
    const answer = await sent('/services', String(form), 'application/x-www-form-urlencoded')
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 2 }])
  })

  it.each(names)('is refused as multipart: %s', async (name) => {
    const parts = [name, 'host'].map(
      (each) => `--b\r\nContent-Disposition: form-data; name="${each}"\r\n\r\nh.test\r\n`,
    )
    const answer = await sent('/services', `${parts.join('')}--b--\r\n`, 'multipart/form-data; boundary=b')
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 2 }])
  })
})

describe('maps and lists, whose names a client chooses', () => {
  it.each(['__proto__', 'constructor', 'toString'])('keep or refuse %s as any other name', async (name) => {
    const answer = await sent('/routes', `{"hosts":["h.test"],"headers":{"${name}":["1"],"x-a":["2"]}}`)
    if (answer.statusCode === 400) return expect(answer.json()).toMatchObject({ code: 2 })
    const { id, headers } = answer.json<{ id: string; headers: object }>()
    expect(Object.entries(headers)).toEqual(expect.arrayContaining([[name, ['1']]]))
    expect((await app.inject(`/routes/${id}`)).json()).toEqual(answer.json())
    return undefined
  })
})

describe('a config', () => {
  it.each([
    ['YAML', `_format_version: "3.0"\n__proto__: ${PROTO}\n`],
    ['YAML with a merge', `_format_version: "3.0"\n<<: {__proto__: ${PROTO}}\n`],
    ['YAML of the constructor', `_format_version: "3.0"\nconstructor: ${CONSTRUCTOR}\n`],
    ['a row of YAML', `_format_version: "3.0"\nservices: [{host: h.test, __proto__: ${PROTO}}]\n`],
    ['JSON', `{"_format_version":"3.0","__proto__":${PROTO}}`],
    ['a row of JSON', `{"_format_version":"3.0","services":[{"host":"h.test","__proto__":${PROTO}}]}`],
  ])('of %s that reaches for it is refused', async (_what, text) => {
    for (const type of ['text/yaml', ...(text.startsWith('{') ? ['application/json'] : [])]) {
      const answer = await sent('/config', text, type)
      expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 14 }])
    }
  })

  it('takes none of its lists from there', async () => {
    const rows = '{"services":[{"host":"polluted.test"}]}'
    const answer = await sent('/config?dry_run=1', `{"_format_version":"3.0","__proto__":${rows}}`)
    expect(answer.body).not.toContain('"kind":"services"')
  })
})

describe('a transaction', () => {
  it.each([
    ['itself', `{"__proto__":{"writes":[]},"writes":[]}`],
    ['an item', `[{"method":"POST","path":"/services","__proto__":{"body":{"host":"h.test"}}}]`],
    [
      'the headers of an item',
      `[{"method":"POST","path":"/services","headers":{"__proto__":{"if-match":"*"}}}]`,
    ],
    [
      'the body of an item',
      `[{"method":"POST","path":"/services","body":{"host":"h","__proto__":${PROTO}}}]`,
    ],
  ])('that reaches for it in %s is refused', async (_where, payload) => {
    const answer = await sent('/transactions', payload)
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { message: expect.any(String) }])
  })
})

describe('paths and parameters with such names', () => {
  it.each([
    ['/__proto__', 404],
    ['/services/__proto__', 404],
    ['/constructor/prototype', 404],
    ['/schemas/__proto__', 404],
    ['/schemas/constructor', 404],
    ['/schemas/plugins/__proto__', 404],
    ['/schemas/plugins/toString', 404],
    ['/plugins/schema/constructor', 404],
    ['/tags/__proto__', 200],
    ['/services?__proto__=1&constructor=2', 200],
    ['/services?tags=__proto__', 200],
  ])('%s', async (url, status) => {
    expect((await app.inject(url)).statusCode).toBe(status)
  })

  it.each(['__proto__', 'constructor', 'toString'])(
    'a plugin or kind called %s does not exist',
    async (name) => {
      expect((await sent('/plugins', JSON.stringify({ name }))).statusCode).toBe(400)
      expect((await sent('/vaults', JSON.stringify({ name, prefix: 'abc' }))).statusCode).toBe(400)
      expect((await sent(`/schemas/${name}/validate`, '{}')).statusCode).toBe(404)
    },
  )
})

function sent(url: string, payload: string, type = 'application/json') {
  return app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload })
}
