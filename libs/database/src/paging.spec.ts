import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromOffset, toOffset } from './paging.ts'

describe('an offset', () => {
  it('is unpadded base64 of a JSON array with the id', () => {
    expect(toOffset('cluster_id')).toBe('WyJjbHVzdGVyX2lkIl0')
  })

  it('is read back', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(fromOffset(toOffset(id))).toBe(id)
      }),
    )
  })

  it.each([
    ['x', "'x' is not a valid offset: bad base64 encoding"],
    ['', "'' is not a valid offset: bad base64 encoding"],
    ['%%', "'%%' is not a valid offset: bad base64 encoding"],
    ['Zm9v', "'Zm9v' is not a valid offset: bad json encoding"],
    ['WzFd', "'WzFd' is not a valid offset: bad json encoding"],
    ['e30', "'e30' is not a valid offset: bad json encoding"],
  ])('is refused: %s', (offset, message) => {
    expect(() => fromOffset(offset)).toThrow(expect.objectContaining({ code: 'invalid offset', message }))
  })
})
