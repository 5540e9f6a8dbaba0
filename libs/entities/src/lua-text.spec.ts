import { describe, expect, it } from 'vitest'
import type { Json } from './json.ts'
import { luaText } from './lua-text.ts'

const cases: readonly (readonly [Json, string])[] = [
  [{ name: 'x' }, '{name="x"}'],
  [
    { service: { id: 's' }, route: null, name: 'n', consumer: null },
    '{consumer=null,name="n",route=null,service={id="s"}}',
  ],
  [['a', 'b'], '{"a","b"}'],
  [[null, 'b'], '{[2]="b"}'],
  [['a', null, 'c'], '{"a",[3]="c"}'],
  [{ 'x-y': 1, end: true }, '{["end"]=true,["x-y"]=1}'],
  [{ a: 'say "\\"' }, '{a="say \\"\\\\\\""}'],
  [{ a: 'one\ntwo' }, '{a=[[one\ntwo]]}'],
  [{ a: '\n]]' }, '{a=[=[\n\n]]]=]}'],
  [{ a: '[x]' }, '{a=[=[[x]]=]}'],
  [{ a: '[x] y' }, '{a="[x] y"}'],
  [{ a: 'a[[b' }, '{a=[=[a[[b]=]}'],
  [{ a: '1\r\n2' }, '{a="1\\r\\\n2"}'],
  [{}, '{}'],
  [5, '5'],
]

describe('luaText', () => {
  it.each(cases)('writes %j as %s', (value, text) => {
    expect(luaText(value)).toBe(text)
  })

  it('writes nested tables over several lines when told to indent', () => {
    expect(luaText({ b: ['x'], a: 1 }, '  ')).toBe('{\n  a = 1,\n  b = {\n    "x"\n  }\n}')
  })
})
