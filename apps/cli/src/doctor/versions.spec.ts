import { VERSION } from '@biplane/service'
import { expect, it } from 'vitest'
import { anInstallation } from './fixtures.ts'
import { judgeSchema, judgeVersion } from './versions.ts'

const schema = { executed: [], pending: [], unknown: [], faults: [] }

it.each([
  [{ ...schema, kind: 'current' }, 'ok', `is that of release ${VERSION}`],
  [{ ...schema, kind: 'empty' }, 'warning', 'was never made'],
  [{ ...schema, kind: 'pending', pending: ['a', 'b'] }, 'warning', 'lacks the migrations a, b'],
  [
    { ...schema, kind: 'newer', unknown: ['z'] },
    'problem',
    'is of a newer release: this one does not know the migrations z',
  ],
  [
    { ...schema, kind: 'incomplete', faults: ['missing: t'] },
    'problem',
    "is only partly there, or another program's (missing: t)",
  ],
] as const)('a schema that is %o', (status, level, message) => {
  expect(judgeSchema(status)).toMatchObject({ level, message })
})

it.each([
  ['admin-api', '3.4.0', '3.4.0', 'ok'],
  ['admin-api', '3.4.0', '3.4.1', 'warning'],
  ['sync-hub', '3.5.0', '3.4.0', 'ok'],
  ['sync-hub', '3.4.0', '3.4.9', 'ok'],
  ['sync-hub', '3.3.0', '3.4.0', 'problem'],
  ['dataplane', '3.2.1', '3.4.0', 'ok'],
  ['dataplane', '3.5.0', '3.4.0', 'problem'],
  ['dataplane', '2.8.0', '3.4.0', 'problem'],
] as const)('a %s of %s with a control plane of %s: %s', (app, own, control, level) => {
  const installation = anInstallation(app, { reported_version: own })
  expect(judgeVersion(installation, control, 'http://admin')).toMatchObject({ level })
})
