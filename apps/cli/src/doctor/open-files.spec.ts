import { expect, it } from 'vitest'
import { judgeLimit } from './open-files.ts'

it.each([
  ['dataplane', 65_536, undefined, 'ok'],
  ['dataplane', 4096, undefined, 'warning'],
  ['dataplane', 256, undefined, 'problem'],
  ['admin-api', 1024, undefined, 'ok'],
  ['sync-hub', 1024, undefined, 'warning'],
  ['sync-hub', Number.POSITIVE_INFINITY, 5000, 'ok'],
  ['dataplane', 65_536, 60_000, 'problem'],
  ['dataplane', 65_536, 1000, 'ok'],
] as const)('%s with a limit of %d and %s open: %s', (app, limit, open, level) => {
  expect(judgeLimit(app, limit, open)).toMatchObject({ level })
})
