import { describe, expect, it } from 'vitest'
import { HeaderBlock } from './header-block.ts'

const block = () => new HeaderBlock(['Accept', 'a', 'X-One', '1', 'accept', 'b'])

describe('HeaderBlock', () => {
  it('finds names in any case, and keeps every line', () => {
    expect(block().get('ACCEPT')).toBe('a')
    expect(block().getAll('Accept')).toEqual(['a', 'b'])
    expect(block().get('missing')).toBeUndefined()
  })

  it('replaces all lines of a name by one, in the place of the first', () => {
    const headers = block()
    headers.set('accept', 'c')
    expect(headers.toFlat()).toEqual(['accept', 'c', 'X-One', '1'])
  })

  it('adds and removes', () => {
    const headers = block()
    headers.add('X-One', '2')
    headers.remove('ACCEPT')
    expect(headers.toFlat()).toEqual(['X-One', '1', 'X-One', '2'])
    expect([...headers.entries()]).toEqual([
      ['x-one', '1'],
      ['x-one', '2'],
    ])
  })

  it('removes all of several names, whatever their case', () => {
    const headers = new HeaderBlock(['Accept', 'a', 'X-One', '1', 'accept', 'b', 'X-Two', '2'])
    headers.removeAll(new Set(['x-two', 'accept', 'missing']))
    expect(headers.toFlat()).toEqual(['X-One', '1'])
  })

  it('leaves alone what it was made from', () => {
    const flat = ['a', '1']
    new HeaderBlock(flat).set('a', '2')
    expect(flat).toEqual(['a', '1'])
  })

  it.each([
    ['text beyond bytes', '日本', Buffer.from('日本').toString('latin1')],
    ['bytes', '\xc3\xa9', '\xc3\xa9'],
    ['what would end the line', 'a\r\nX-B: c\x7f', 'a%0D%0AX-B: c%7F'],
  ])('can always be written, when it is given %s', (_what, given, written) => {
    const block = new HeaderBlock(['A', '1'])
    block.set('a', given)
    block.add('b', given)
    expect(block.toFlat()).toEqual(['a', written, 'b', written])
  })
})
