import { describe, expect, it } from 'vitest'
import { http2Fields } from './http2-fields.ts'

describe('header fields for HTTP/2', () => {
  it.each<[what: string, flat: string[], fields: object]>([
    ['have names in lower case', ['X-A', 'b'], { 'x-a': 'b' }],
    [
      'have the values of one name together',
      ['x', '1', 'y', '2', 'X', '3', 'x', '4'],
      { x: ['1', '3', '4'], y: '2' },
    ],
    ['have no more than one of what there may be one of', ['ETag', 'a', 'etag', 'b'], { etag: 'a' }],
    [
      'say nothing of a connection',
      ['Connection', 'close', 'TE', 'gzip', 'Upgrade', 'h2c', 'x', '1'],
      { x: '1' },
    ],
    ['may be called as what every object has', ['constructor', 'a'], { constructor: 'a' }],
    ['keep the bytes of a value', ['x', 'caf\xe9'], { x: 'caf\xe9' }],
  ])('%s', (_what, flat, fields) => expect(http2Fields(flat)).toEqual(fields))

  it.each(['a\r\nb', 'a\0', '\u20ac'])('cannot have the value %j', (value) => {
    expect(() => http2Fields(['x', value])).toThrow(TypeError)
  })
})
