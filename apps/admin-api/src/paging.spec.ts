import { DomainError } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { nextLink, readPaging, readTags } from './paging.ts'

describe('size', () => {
  it.each([
    ['', 100],
    ['size=1', 1],
    ['size=1000', 1000],
    ['size=2&size=3', 2],
    ['size=0x10', 16],
    ['size=x', 'size must be a number'],
    ['size=', 'size must be a number'],
    ['size=0', 'size must be an integer between 1 and 1000'],
    ['size=1001', 'size must be an integer between 1 and 1000'],
    ['size=1.5', 'size must be an integer between 1 and 1000'],
    ['size=-1', 'size must be an integer between 1 and 1000'],
  ])('of ?%s is %s', (query, expected) => {
    const read = () => readPaging(new URLSearchParams(query))
    if (typeof expected === 'number') expect(read()).toEqual({ size: expected })
    else expect(read).toThrow(new DomainError('invalid size', expected))
  })
})

describe('tags', () => {
  it.each([
    ['', undefined],
    ['tags=', undefined],
    ['tags=a', { match: 'all', of: ['a'] }],
    ['tags=a,b', { match: 'all', of: ['a', 'b'] }],
    ['tags=a/b', { match: 'any', of: ['a', 'b'] }],
    ['tags=a%2Cb', { match: 'all', of: ['a', 'b'] }],
    ['tags=a+b', { match: 'all', of: ['a b'] }],
    ['tags=a&tags=b', { match: 'all', of: ['a'] }],
    ['tags=a,b,c,d,e', { match: 'all', of: ['a', 'b', 'c', 'd', 'e'] }],
    ['tags=a,b,c,d,e,f', 'cannot query more than 5 tags'],
    ['tags=a,b/c', 'invalid filter syntax'],
    ['tags=a,', { match: 'all', of: ['a', ''] }],
    ['tags=a/', { match: 'any', of: ['a', ''] }],
    ['tags=,a', 'invalid filter syntax'],
    ['tags=a,,b', 'invalid filter syntax'],
    ['tags=/', 'invalid filter syntax'],
    ['tags=%ff', 'invalid filter syntax'],
    ['tags=%00', 'invalid filter syntax'],
  ])('of ?%s are %j', (query, expected) => {
    const read = () => readTags(new URLSearchParams(query))
    if (typeof expected !== 'string') expect(read()).toEqual(expected)
    else expect(read).toThrow(`invalid option (tags: ${expected})`)
  })
})

describe('the link to the next page', () => {
  it.each([
    ['repeats tags, then size', '?size=2&tags=a/b', undefined, '/services?offset=o%3D&tags=a%2Fb&size=2'],
    ['repeats nothing else', '?size=2&x=y', undefined, '/services?offset=o%3D&size=2'],
    ['repeats nothing where nothing is asked for', '?size=2', [], '/services?offset=o%3D'],
  ])('%s', (_what, query, repeat, next) => {
    expect(nextLink('/services', new URLSearchParams(query), 'o=', repeat)).toEqual({ next, offset: 'o=' })
  })

  it('is null on the last page, which has no offset', () => {
    expect(nextLink('/services', new URLSearchParams('size=2'), undefined)).toEqual({ next: null })
  })
})
