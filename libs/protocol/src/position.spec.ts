import { describe, expect, it } from 'vitest'
import { NOWHERE, samePosition } from './position.ts'

describe('samePosition', () => {
  const here = { epoch: 'e', revision: 7, hash: 'a'.repeat(32) }

  it('holds for equal positions', () => {
    expect(samePosition(here, { ...here })).toBe(true)
  })

  it.each([
    ['epoch', { ...here, epoch: 'f' }],
    ['revision', { ...here, revision: 8 }],
    ['hash', { ...here, hash: 'b'.repeat(32) }],
    ['everything', NOWHERE],
  ])('fails for another %s', (_part, there) => {
    expect(samePosition(here, there)).toBe(false)
  })
})
