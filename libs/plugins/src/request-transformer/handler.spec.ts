import type { JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { aContext, anInput, type ContextFixture, configOf } from '../fixtures.ts'
import { handlerOf } from '../handler-of.ts'
import { requestTransformer } from './handler.ts'

describe('request-transformer changes headers', () => {
  it.each<[string, JsonObject, NonNullable<ContextFixture['headers']>, Record<string, readonly string[]>]>([
    ['removing', { remove: { headers: ['X-A', 'x-b:1'] } }, { 'x-a': ['1', '2'], 'x-b': '2' }, {}],
    [
      'renaming',
      { rename: { headers: ['x-a:X-B'] } },
      { 'x-a': ['1', '2'], 'x-b': '0' },
      { 'x-b': ['1', '2'] },
    ],
    ['renaming nothing', { rename: { headers: ['x-a:x-b'] } }, { 'x-b': '0' }, { 'x-b': ['0'] }],
    ['replacing', { replace: { headers: ['x-a:2', 'x-n:2'] } }, { 'x-a': ['0', '1'] }, { 'x-a': ['2'] }],
    ['adding', { add: { headers: ['x-a:2', 'x-n:2'] } }, { 'x-a': '1' }, { 'x-a': ['1'], 'x-n': ['2'] }],
    [
      'appending',
      { append: { headers: ['x-a:2', 'x-n:2'] } },
      { 'x-a': '1' },
      { 'x-a': ['1', '2'], 'x-n': ['2'] },
    ],
    ['a value with colons', { add: { headers: ['x-a:http://h:1/p'] } }, {}, { 'x-a': ['http://h:1/p'] }],
    [
      'no value',
      { add: { headers: ['x-a:'] }, replace: { headers: ['x-b:'] } },
      { 'x-b': '1' },
      { 'x-b': ['1'] },
    ],
    ['text', { add: { headers: ['x-a:ü'] } }, {}, { 'x-a': [Buffer.from('ü').toString('latin1')] }],
    [
      'one after the other',
      {
        remove: { headers: ['x-a'] },
        rename: { headers: ['x-b:x-a'] },
        replace: { headers: ['x-a:3'] },
        add: { headers: ['x-a:4', 'x-c:5'] },
        append: { headers: ['x-c:6'] },
      },
      { 'x-a': '1', 'x-b': '2' },
      { 'x-a': ['3'], 'x-c': ['5', '6'] },
    ],
    [
      'templates of what came, not of what it became',
      {
        remove: { headers: ['x-a'] },
        add: {
          headers: [
            'x-b:$(headers["x-a"])',
            'x-c:$(headers.x_a)',
            'x-d:$(query_params.q)',
            'x-e:$(shared.none)',
          ],
        },
      },
      { 'x-a': '1' },
      { 'x-b': ['1'], 'x-c': ['1'], 'x-d': [Buffer.from('ü').toString('latin1')], 'x-e': [''] },
    ],
  ])('%s', async (_title, config, headers, expected) => {
    const { request } = await run(config, { headers, query: 'q=%C3%BC' })
    expect(gathered(request.headers.entries())).toEqual(expected)
  })

  it('but of Host only what replaces it', async () => {
    const headers = { host: 'api.test', 'x-a': 'a' }
    const config = {
      remove: { headers: ['host'] },
      rename: { headers: ['x-a:Host'] },
      add: { headers: ['host:added'] },
      append: { headers: ['host:appended'] },
    }
    const left = await run(config, { headers })
    expect(left.upstream.host).toBe(null)
    expect(gathered(left.request.headers.entries())).toEqual({ host: ['api.test'], 'x-a': ['a'] })
    const replaced = await run({ replace: { headers: ['Host:$(headers["x-a"]).test'] } }, { headers })
    expect(replaced.upstream.host).toBe('a.test')
  })
})

describe('request-transformer changes the query', () => {
  it.each<[string, JsonObject, string, Record<string, readonly string[]>]>([
    ['removing', { remove: { querystring: ['a'] } }, 'a=1&a=2&b=3', { b: ['3'] }],
    ['renaming', { rename: { querystring: ['a:b'] } }, 'a=1&a=2&b=3', { b: ['1', '2'] }],
    ['replacing', { replace: { querystring: ['a:ü', 'n:1'] } }, 'a=1&a=2', { a: ['ü'] }],
    ['adding', { add: { querystring: ['a:9', 'n:1'] } }, 'a=1', { a: ['1'], n: ['1'] }],
    ['appending', { append: { querystring: ['a:2', 'n:1'] } }, 'a=1', { a: ['1', '2'], n: ['1'] }],
    [
      'by templates',
      { add: { querystring: ['n:$(query_params["ü"])'] } },
      '%C3%BC=%C3%A4',
      { ü: ['ä'], n: ['ä'] },
    ],
  ])('%s', async (_title, config, query, expected) => {
    const { request } = await run(config, { query })
    expect(gathered(request.query.entries())).toEqual(expected)
  })
})

describe('request-transformer changes the body', () => {
  const multipart = (...parts: string[]) =>
    `${parts.map((part) => `--b\r\nContent-Disposition: form-data; name=${part}\r\n`).join('')}--b--\r\n`
  const all = {
    remove: { body: ['d'] },
    rename: { body: ['o:n'] },
    replace: { body: ['r:2', 'none:1'] },
    add: { body: ['a:ü', 'r:9'] },
    append: { body: ['p:2'] },
  }
  const form = 'application/x-www-form-urlencoded'
  const parts = 'multipart/form-data; boundary=b'
  it.each<[string, JsonObject, string, string, string]>([
    [
      'of JSON',
      all,
      'application/json; charset=utf-8',
      '{"d":1,"o":[1],"r":"1","p":"1"}',
      '{"r":"2","p":["1","2"],"n":[1],"a":"ü"}',
    ],
    [
      'of JSON, to a list',
      { append: { body: ['p:2', 'q:1'] } },
      'application/json',
      '{"p":[1],"q":1}',
      '{"p":[1,"2"],"q":["1"]}',
    ],
    [
      'of JSON with an odd name',
      { add: { body: ['__proto__:1'] } },
      'application/json',
      '{}',
      '{"__proto__":"1"}',
    ],
    ['of empty JSON', all, 'application/json', '', '{"a":"ü","r":"9","p":["2"]}'],
    ['of broken JSON', all, 'application/json', '{"d":', '{"d":'],
    ['of a JSON list', all, 'application/json', '[1]', '[1]'],
    [
      'of JSON that has nothing of it',
      { remove: { body: ['x'] } },
      'application/json',
      '{ "a" : 1 }',
      '{ "a" : 1 }',
    ],
    ['of a form', all, form, 'd=1&o=1&o=2&r=1&p=1', 'r=2&p=1&p=2&n=1&n=2&a=%C3%BC'],
    ['of an empty form', all, form, '', 'a=%C3%BC&r=9&p=2'],
    [
      'of a form that holds no text, but where it is told to',
      { remove: { body: ['d'] }, rename: { body: ['\u00fc:n'] } },
      form,
      '%FF=%fe+%26&e=&b&d=1&%C3%BC=%FF',
      '%FF=%fe+%26&e=&b&n=%FF',
    ],
    [
      'of multipart',
      all,
      parts,
      multipart('"d"\r\n\r\n1', '"o"; filename="f"\r\n\r\nx', '"r"\r\n\r\n1', '"p"\r\n\r\n1'),
      multipart('"n"; filename="f"\r\n\r\nx', '"r"\r\n\r\n2', '"p"\r\n\r\n1', '"a"\r\n\r\nü'),
    ],
    [
      'of multipart, with what would end its part',
      { add: { body: ['a:$(query_params.evil)'] } },
      parts,
      multipart('"x"\r\n\r\n1'),
      multipart('"x"\r\n\r\n1'),
    ],
    ['of plain text', all, 'text/plain', 'd=1', 'd=1'],
  ])('%s', async (_title, config, type, body, expected) => {
    const query = `evil=${encodeURIComponent('x\r\n--b\r\n')}`
    const { request } = await run(config, { method: 'POST', query, headers: { 'Content-Type': type }, body })
    expect(Buffer.from(request.body?.bytes ?? []).toString()).toBe(expected)
  })

  it('and needs it only then', () => {
    expect(handlerFor({ add: { headers: ['a:1'] } }).needs).toEqual({})
    const need = handlerFor({ add: { body: ['a:1'] } }).needs?.requestBody
    const typed = (type: string) => need?.when?.(aContext({ headers: { 'Content-Type': type } }))
    expect([typed(form), typed(parts), typed('Application/JSON'), typed('image/png')]).toEqual([
      true,
      true,
      true,
      false,
    ])
    expect(need?.when?.(aContext({}))).toBe(false)
  })
})

describe('request-transformer leads elsewhere', () => {
  it('by path', async () => {
    const config = { replace: { uri: '/users/$(uri_captures["id"] or "nobody")/$(uri_captures[2])' } }
    const { upstream } = await run(config, { uriCaptures: { id: '7', '2': false } })
    expect(upstream).toMatchObject({ path: '/users/7/', method: null })
    expect((await run(config, {})).upstream.path).toBe('/users/nobody/')
  })

  it('by method, with what a form says in the query where there shall be no body', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const given = { method: 'POST', query: 'z=1&a=0', headers, body: 'a=b+c' }
    const moved = await run({ http_method: 'GET' }, given)
    expect(moved.upstream.method).toBe('GET')
    expect(gathered(moved.request.query.entries())).toEqual({ z: ['1'], a: ['0', 'b c'] })
    const put = await run({ http_method: 'PUT' }, given)
    expect(put.upstream.method).toBe('PUT')
    expect(gathered(put.request.query.entries())).toEqual({ z: ['1'], a: ['0'] })
  })
})

function handlerFor(config: JsonObject) {
  const complete = configOf(anInput('request-transformer', config))
  return handlerOf(requestTransformer, complete as JsonObject) // a config is an object
}

async function run(config: JsonObject, fixture: ContextFixture) {
  const context = aContext(fixture)
  expect(await handlerFor(config).access?.(context)).toBeUndefined()
  return context
}

function gathered(entries: Iterable<readonly [string, string]>): Record<string, readonly string[]> {
  const byName = Map.groupBy(entries, ([name]) => name)
  return Object.fromEntries([...byName].map(([name, group]) => [name, group.map(([, value]) => value)]))
}
