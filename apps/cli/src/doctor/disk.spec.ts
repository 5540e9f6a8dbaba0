import { expect, it } from 'vitest'
import { disk, judgeRoom } from './disk.ts'
import { anInstallation, found } from './fixtures.ts'

const MB = 1e6
const MANY = 1e6

it.each([
  ['there is plenty', 'ok', { bytes: 10_000 * MB, files: MANY }, 5 * MB],
  ['a small config leaves little', 'warning', { bytes: 400 * MB, files: MANY }, 5 * MB],
  ['a large config leaves little', 'warning', { bytes: 5000 * MB, files: MANY }, 2000 * MB],
  ['a snapshot would not fit', 'problem', { bytes: 1900 * MB, files: MANY }, 2000 * MB],
  ['it is all but full', 'problem', { bytes: 10 * MB, files: MANY }, 0],
  ['no file can be made', 'problem', { bytes: 10_000 * MB, files: 3 }, 0],
  ['files are not counted', 'ok', { bytes: 10_000 * MB, files: Number.POSITIVE_INFINITY }, 0],
])('when %s: %s', (_what, level, room, held) => {
  expect(judgeRoom('/config', room, held)).toMatchObject({ level, subject: '/config' })
})

it('looks at the disk that the config will be on, before its folder is there', async () => {
  expect(await found(disk, anInstallation('dataplane', { prefix: '/nowhere/yet' }))).toEqual([
    expect.objectContaining({
      subject: '/nowhere/yet/dbless.lmdb',
      message: expect.stringContaining('the config has 0 MB'),
    }),
  ])
})

it('does not matter to an admin-api, which keeps nothing', async () => {
  expect(await found(disk, anInstallation('admin-api'))).toEqual([])
})
