import { expect, it } from 'vitest'
import { openSession } from '../frame/session.ts'
import type { Check } from './check.ts'
import { Contacts } from './contacts.ts'
import { examine } from './examine.ts'
import { fine } from './finding.ts'
import { anInstallation } from './fixtures.ts'

const installation = anInstallation('admin-api')

function examined(checks: readonly Check[], signal = new AbortController().signal) {
  const contacts = new Contacts(installation, openSession({}, process, signal), {})
  return examine(installation, checks, { contacts, signal, tell: () => undefined })
}

it('makes the checks one after the other, and tells which found what', async () => {
  const steps: string[] = []
  const slowly = (name: string): Check => ({
    name,
    async examine() {
      steps.push(`${name} begins`)
      await new Promise((done) => setImmediate(done))
      steps.push(`${name} ends`)
      return [fine('x', 'y')]
    },
  })
  expect(await examined([slowly('a'), slowly('b')])).toEqual([
    { check: 'a', ...fine('x', 'y') },
    { check: 'b', ...fine('x', 'y') },
  ])
  expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
})

it('ends a check that hangs, and goes on', async () => {
  const hangs: Check = { name: 'a', limitMs: 20, examine: () => new Promise(() => undefined) }
  const next: Check = { name: 'b', examine: () => [fine('x', 'y')] }
  expect(await examined([hangs, next])).toMatchObject([
    { check: 'a', level: 'problem', message: 'did not end within 0.02 seconds' },
    { check: 'b', level: 'ok' },
  ])
})

it('goes on after a check that fails', async () => {
  const fails: Check = { name: 'a', examine: () => Promise.reject(new Error('oh')) }
  const next: Check = { name: 'b', examine: () => [fine('x', 'y')] }
  expect(await examined([fails, next])).toMatchObject([
    { check: 'a', level: 'problem', message: 'could not be made: oh' },
    { check: 'b', level: 'ok' },
  ])
})

it('ends when it is interrupted', async () => {
  const aborter = new AbortController()
  const check: Check = {
    name: 'a',
    examine() {
      aborter.abort(new Error('enough'))
      return new Promise(() => undefined)
    },
  }
  await expect(examined([check], aborter.signal)).rejects.toThrow('enough')
})
