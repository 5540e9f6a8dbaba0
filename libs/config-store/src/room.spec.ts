import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { mostNeeded, requireRoom } from './room.ts'

const MORE_THAN_ANY_DISK = 2 ** 70

describe('room for a commit', () => {
  it('grows with its records and their bytes, and is needed for the least one', () => {
    const least = mostNeeded({ records: 1, bytes: 10 })
    expect(least).toBeGreaterThan(100_000)
    expect(mostNeeded({ records: 2, bytes: 10 })).toBeGreaterThan(least)
    expect(mostNeeded({ records: 1, bytes: 5000 })).toBeGreaterThanOrEqual(least + 4990)
  })

  it.each([
    ['is there for a little', 10, MORE_THAN_ANY_DISK],
    ['is there for much that is written over little', MORE_THAN_ANY_DISK, 4096],
  ])('%s', (_, bytes, used) => {
    expect(() => requireRoom(tmpdir(), { records: 1, bytes }, () => used)).not.toThrow()
  })

  it.runIf(process.platform === 'linux')('is taken for granted where the file system tells no size', () => {
    const written = { records: 1, bytes: MORE_THAN_ANY_DISK }
    expect(() => requireRoom('/proc', written, () => MORE_THAN_ANY_DISK)).not.toThrow()
  })

  it('is missing where all of it may be needed', () => {
    const written = { records: 1, bytes: MORE_THAN_ANY_DISK }
    expect(() => requireRoom(tmpdir(), written, () => MORE_THAN_ANY_DISK)).toThrow(
      /ENOSPC: \d+ bytes are left on the disk of/,
    )
  })
})
