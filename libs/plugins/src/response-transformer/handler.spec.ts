import type { JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { aContext, anInput, type ContextFixture, configOf } from '../fixtures.ts'
import { handlerOf } from '../handler-of.ts'
import { responseTransformer } from './handler.ts'

const json = { 'Content-Type': 'application/json' }

describe('response-transformer', () => {
  it('changes headers in its order', async () => {
    const { response } = await run(
      {
        remove: { headers: ['X-Del', 'x-gone:1'] },
        rename: { headers: ['x-old:X-New', 'x-none:x-any'] },
        replace: { headers: ['x-rep:2', 'x-missing:2'] },
        add: { headers: ['x-rep:9', 'x-add:ü'] },
        append: { headers: ['set-cookie:b', 'x-add:2'] },
      },
      {
        headers: { 'x-del': '1', 'x-gone': '2', 'x-old': ['1', '2'], 'x-rep': ['0', '1'], 'set-cookie': 'a' },
      },
    )
    expect([...response.headers.entries()].sort()).toEqual([
      ['set-cookie', 'a'],
      ['set-cookie', 'b'],
      ['x-add', '2'],
      ['x-add', Buffer.from('ü').toString('latin1')],
      ['x-new', '1'],
      ['x-new', '2'],
      ['x-rep', '2'],
    ])
  })

  it.each<[string, JsonObject, string, string]>([
    ['removing', { remove: { json: ['d'] } }, '{"d":1,"e":2}', '{"e":2}'],
    [
      'replacing, with types',
      {
        replace: {
          json: ['r:2', 's:2', 't:true', 'none:1'],
          json_types: ['number', 'string', 'boolean', 'number'],
        },
      },
      '{"r":"1","s":null,"t":0}',
      '{"r":2,"s":"2","t":true}',
    ],
    [
      'adding',
      { add: { json: ['a:1', 'b:no'], json_types: ['number', 'boolean'] } },
      '{"a":0}',
      '{"a":0,"b":false}',
    ],
    [
      'adding what is no number',
      { add: { json: ['a:x', 'b:1'], json_types: ['number'] } },
      '{}',
      '{"b":"1"}',
    ],
    [
      'appending',
      { append: { json: ['p:2', 'q:1', 'r:1', 's:1'] } },
      '{"p":"1","q":[0],"r":{},"s":1}',
      '{"p":["1","2"],"q":[0,"1"],"r":{},"s":["1"]}',
    ],
    ['nothing of what is not there', { remove: { json: ['d'] } }, '{ }', '{ }'],
    ['nothing of broken JSON', { add: { json: ['a:1'] } }, '{', '{'],
    ['nothing of a list', { add: { json: ['a:1'] } }, '[]', '[]'],
    ['nothing of an empty body', { add: { json: ['a:1'] } }, '', ''],
  ])('changes JSON, %s', async (_title, config, body, expected) => {
    const { response } = await run(config, { headers: json, body })
    expect(Buffer.from(response.body?.bytes ?? []).toString()).toBe(expected)
  })

  it.each<[string, JsonObject, string, string | undefined]>([
    ['of JSON that it may change', { add: { json: ['a:1'] } }, 'application/json', undefined],
    ['of other bodies', { add: { json: ['a:1'] } }, 'text/plain', '2'],
    ['of JSON that it leaves alone', { add: { headers: ['a:1'] } }, 'application/json', '2'],
  ])('says of the length %s what Kong says', async (_title, config, type, length) => {
    const headers = { 'Content-Type': type, 'Content-Length': '2' }
    const { response } = await run(config, { headers, body: '[]' })
    expect(response.headers.get('content-length')).toBe(length)
  })

  it('holds back no body but JSON, and none without a reason', () => {
    expect(handlerFor({ add: { headers: ['a:1'] } }).needs).toEqual({})
    const need = handlerFor({ add: { json: ['a:1'] } }).needs?.responseBody
    const typed = (type: string) =>
      need?.when?.(aContext({ response: { headers: { 'Content-Type': type } } }))
    expect([typed('Application/JSON; charset=utf-8'), typed('text/event-stream')]).toEqual([true, false])
    expect(need?.when?.(aContext({}))).toBe(false)
  })
})

function handlerFor(config: JsonObject) {
  const complete = configOf(anInput('response-transformer', config))
  return handlerOf(responseTransformer, complete as JsonObject) // a config is an object
}

async function run(config: JsonObject, response: NonNullable<ContextFixture['response']>) {
  const context = aContext({ response })
  expect(await handlerFor(config).response?.(context)).toBeUndefined()
  return context
}
