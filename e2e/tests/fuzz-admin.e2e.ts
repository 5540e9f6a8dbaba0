import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { biplane } from '../biplane.ts'
import { asText } from '../fuzz/report.ts'
import { type FuzzReport, fuzzAdmin } from '../fuzz/run.ts'
import { type Stack, startStack } from '../stack.ts'

/** The rest of `npm run fuzz:admin`: seconds of it, of one seed, so that what a change breaks is seen with that change. */
describe('half a minute of hostile requests', () => {
  const seed = 1
  let stack: Stack
  let report: FuzzReport
  beforeAll(async () => {
    stack = await startStack()
    report = await fuzzAdmin({ stack, seed, seconds: 30, firstRound: 1, say: () => undefined })
  }, 300_000)
  afterAll(() => stack?.close())

  it('shows no fault: no 500, no hang, no row that its own checks refuse, no config that nodes do not apply', () => {
    expect(report.findings.length === 0 ? '' : asText(report, seed, stack.adminUrl)).toBe('')
  })

  it('gets in often enough to do harm', () => {
    expect(report.requests).toBeGreaterThan(100)
    expect([...report.accepted.keys()].length).toBeGreaterThan(20)
    expect(report.rows).toBeGreaterThan(20)
  })

  it('leaves a config that the command line exports, and imports as the same', async () => {
    const [file, admin] = [`${stack.home}/fuzzed.yaml`, ['--admin', stack.adminUrl, '--json']]
    expect(await biplane(['config', 'export', file, ...admin])).toMatchObject({ code: 0 })
    const { stdout } = await biplane(['config', 'import', '--dry-run', file, ...admin])
    expect(JSON.parse(stdout)).toEqual({ imported: false, added: [], changed: [], removed: [] })
  })
})
