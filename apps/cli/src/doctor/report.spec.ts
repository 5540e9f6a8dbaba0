import { expect, it } from 'vitest'
import type { Diagnosis, Found } from './examine.ts'
import { fine, problem, warning } from './finding.ts'
import { anInstallation } from './fixtures.ts'
import { isFaulty, toJson, toText } from './report.ts'

const plain = (_style: unknown, text: string): string => text

function diagnosis(...findings: Found[]): Diagnosis[] {
  return [{ installation: anInstallation('dataplane'), findings }]
}

const OK = { check: 'ports', ...fine('proxy_listen 0.0.0.0:8000', 'free') }
const WARNING = { check: 'disk', ...warning('/config', 'little room', 'make room') }
const PROBLEM = { check: 'certificates', ...problem('cluster_cert', 'ended', 'get another') }

it('is a line for each finding, with what to do below', () => {
  expect(toText(diagnosis(OK, WARNING, PROBLEM), plain)).toEqual([
    'dataplane (the test)',
    '  ok       ports         proxy_listen 0.0.0.0:8000: free',
    '  warning  disk          /config: little room',
    '                         → make room',
    '  problem  certificates  cluster_cert: ended',
    '                         → get another',
    '',
    '1 problem, 1 warning.',
  ])
  expect(toText(diagnosis(OK), plain).at(-1)).toBe('All is well.')
})

it('is a flat list for programs', () => {
  expect(toJson(diagnosis(OK, PROBLEM))).toEqual([
    {
      app: 'dataplane',
      check: 'ports',
      subject: 'proxy_listen 0.0.0.0:8000',
      level: 'ok',
      message: 'free',
      remedy: null,
    },
    {
      app: 'dataplane',
      check: 'certificates',
      subject: 'cluster_cert',
      level: 'problem',
      message: 'ended',
      remedy: 'get another',
    },
  ])
})

it.each([
  ['nothing', [OK], false, false],
  ['a warning', [OK, WARNING], false, true],
  ['a problem', [OK, PROBLEM], true, true],
])('fails for %s: %#', (_what, findings, normally, strictly) => {
  expect(isFaulty(diagnosis(...findings), false)).toBe(normally)
  expect(isFaulty(diagnosis(...findings), true)).toBe(strictly)
})
