import { describe, expect, it } from 'vitest'
import { aPair, givenWith, surroundings } from '../fixtures.ts'
import { checkSettings } from './check.ts'
import { describeSettings } from './describe.ts'

const rows = describeSettings()
const pair = await aPair()

describe('describeSettings', () => {
  it.each(rows.map((row) => [row.name, row] as const))('%s is told in full', (_name, row) => {
    expect(row.name).toMatch(/^[a-z][a-z0-9_]+$/)
    expect(row.apps.length).toBeGreaterThan(0)
    expect(row.description).toMatch(/^[A-Z].*\.$/)
  })

  it('tells a default per app where apps differ', () => {
    const status = rows.find(({ name }) => name === 'status_listen')
    expect(status?.default).toEqual({ 'sync-hub': '0.0.0.0:8101', dataplane: 'off' })
  })

  it('states defaults that may as well be written out', () => {
    const written = rows.flatMap((row) =>
      typeof row.default === 'string' && row.default !== '' ? [[row.name, row.default]] : [],
    )
    expect(
      checkSettings('kong', givenWith(pair, Object.fromEntries(written)), surroundings()),
    ).toHaveProperty('settings')
  })
})
