import { describe, expect, it } from 'vitest'
import { RequestQuery } from './query.ts'

describe('RequestQuery', () => {
  it.each(['', '?', '?b=2&a=1&&x', '?%zz=%20'])('leaves %s as it is', (raw) => {
    const query = new RequestQuery(raw)
    query.remove('missing')
    expect(String(query)).toBe(raw)
  })

  it.each([
    ['?a=1&a=2', 'a', ['1', '2']],
    ['?a', 'a', ['']],
    ['?a=b%20c+d', 'a', ['b c d']],
    ['?a%5B%5D=1', 'a[]', ['1']],
    ['?a=%zz', 'a', ['%zz']],
    ['?a=%FF%20+', 'a', ['%FF%20 ']],
    ['?a=\xc3\xbc%20%C3%BC', 'a', ['ü ü']],
    ['?\xff=1', '%FF', ['1']],
    ['?b=1', 'a', []],
  ])('reads %s', (raw, name, values) => {
    expect(new RequestQuery(raw).getAll(name)).toEqual(values)
  })

  it('is encoded anew, sorted by name, once it was changed', () => {
    const query = new RequestQuery('?z=1&apikey=secret&b=x%20y')
    query.remove('apikey')
    expect(String(query)).toBe('?b=x%20y&z=1')
    query.set('a', ['1', '2'])
    expect(String(query)).toBe('?a=1&a=2&b=x%20y&z=1')
  })

  it.each([
    ['?a=\xc3\xbc', '?a=%C3%BC'],
    ['?a=%FF+%26', '?a=%FF%20%26'],
    ['?a=%FF&b=\xfe', '?a=%FF&b=%FE'],
    ['?a=100%', '?a=100%25'],
    ['?a=%zz%FF', '?a=%25zz%FF'],
    ['?a=%2541', '?a=%2541'],
    ['?%FF=%26%3D%2B', '?%FF=%26%3D%2B'],
    ['?a=&b&b=', '?a=&b&b='],
  ])('keeps every byte of %s then', (raw, expected) => {
    const query = new RequestQuery(`${raw}&secret=1`)
    query.remove('secret')
    expect(String(query)).toBe(expected)
  })

  it('is gone when its last name is removed', () => {
    const query = new RequestQuery('?a=1')
    query.remove('a')
    expect(String(query)).toBe('')
  })
})
