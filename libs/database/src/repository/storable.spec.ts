import { encodeEntity } from '@biplane/protocol'
import { expect, it } from 'vitest'
import { requireStorable } from './storable.ts'

const judge = (entity: { id: string }) => () => requireStorable(entity, encodeEntity(entity))

it.each([
  ['an escaped backslash before u0000', { id: '1', path: '\\u0000' }],
  ['a surrogate pair', { id: '1', tags: ['𝄞'] }],
  ['control characters', { id: '1', name: '\u0001\u001f\u007f' }],
])('accepts %s', (_, entity) => {
  expect(judge(entity)).not.toThrow()
})

it.each([
  ['NUL in a text', { id: '1', name: 'a\0' }, 'name'],
  ['NUL deep in a list', { id: '1', name: 'a', tags: [['b', '\0']] }, 'tags'],
  ['NUL in a key', { id: '1', config: { 'a\0': 1 } }, 'config'],
  ['a high surrogate alone', { id: '1', config: { a: ['\ud83d'] } }, 'config'],
  ['a low surrogate alone', { id: '1', name: '\udc00\ud83d' }, 'name'],
])('refuses %s', (_, entity, field) => {
  expect(judge(entity)).toThrow(expect.objectContaining({ details: { [field]: expect.any(String) } }))
})
