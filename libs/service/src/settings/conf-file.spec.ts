import { expect, it } from 'vitest'
import { parseConfFile } from './conf-file.ts'

it.each<[string, string, Record<string, string>]>([
  ['a setting', 'role = data_plane', { role: 'data_plane' }],
  ['no spaces', 'role=data_plane', { role: 'data_plane' }],
  [
    'a value with an equals sign',
    'proxy_listen = 0.0.0.0:1 backlog=2',
    { proxy_listen: '0.0.0.0:1 backlog=2' },
  ],
  ['a comment on its own', '# role = data_plane\n  # more', {}],
  ['a comment at the end', 'role = data_plane # mine\t#yours', { role: 'data_plane' }],
  ['a hash within a word', 'pg_password = a#b', { pg_password: 'a#b' }],
  ['an escaped hash', 'pg_password = a \\#b', { pg_password: 'a #b' }],
  ['quotes', `a = "b c"\nd = 'e'\nf = "g'`, { a: 'b c', d: 'e', f: `"g'` }],
  ['no value', 'pg_password =', { pg_password: '' }],
  ['the last of two', 'a = 1\r\na = 2\r\n', { a: '2' }],
])('reads %s', (_what, text, values) => {
  expect(parseConfFile(text)).toEqual({ values: new Map(Object.entries(values)), stray: [] })
})

it('names the lines that say nothing', () => {
  expect(parseConfFile('a = 1\nrole\n= b\n').stray).toEqual([{ line: 2 }, { line: 3 }])
})
