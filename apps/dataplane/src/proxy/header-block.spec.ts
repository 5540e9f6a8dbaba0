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

  it('leaves alone what it was made from', () => {
    const flat = ['a', '1']
    new HeaderBlock(flat).set('a', '2')
    expect(flat).toEqual(['a', '1'])
  })
})
