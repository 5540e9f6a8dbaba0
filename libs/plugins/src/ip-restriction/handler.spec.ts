import { describe, expect, it } from 'vitest'
import { aStream } from '../a-stream.ts'
import { aContext } from '../fixtures.ts'
import { handlerOf } from '../handler-of.ts'
import { ipRestriction } from './handler.ts'
import type { IpRestrictionConfig } from './schema.ts'

const DEFAULTS: IpRestrictionConfig = { allow: null, deny: null, status: null, message: null }

describe('ip-restriction', () => {
  it.each<[string, Partial<IpRestrictionConfig>, boolean]>([
    ['10.1.2.3', { allow: ['10.0.0.0/8'] }, true],
    ['11.1.2.3', { allow: ['10.0.0.0/8'] }, false],
    ['10.1.2.3', { allow: ['10.1.2.3'] }, true],
    ['10.1.2.4', { allow: ['10.1.2.3'] }, false],
    ['10.1.2.3', { allow: ['10.9.9.9/8'] }, true],
    ['10.1.2.3', { deny: ['10.1.2.3'] }, false],
    ['10.1.2.4', { deny: ['10.1.2.3'] }, true],
    ['10.1.2.3', { deny: ['10.1.2.3'], allow: ['10.0.0.0/8'] }, false],
    ['10.1.2.4', { deny: ['10.1.2.3'], allow: ['10.0.0.0/8'] }, true],
    ['11.1.2.4', { deny: ['10.1.2.3'], allow: ['10.0.0.0/8'] }, false],
    ['10.1.2.3', { deny: ['0.0.0.0/0'] }, false],
    ['10.1.2.3', { deny: ['::/0'] }, true],
    ['::ffff:10.1.2.3', { deny: ['10.0.0.0/8'] }, false],
    ['2001:db8::1', { allow: ['2001:db8::/32'] }, true],
    ['2001:db9::1', { allow: ['2001:db8::/32'] }, false],
    ['2001:db8::1', { deny: ['2001:DB8:0::1'] }, false],
    ['::1', { deny: [], allow: [] }, true],
  ])('is asked of %s under %j', (clientIp, config, passes) => {
    expect(access(config, clientIp) === undefined).toBe(passes)
  })

  it.each<[Partial<IpRestrictionConfig>, unknown]>([
    [{}, { status: 403, error: 'IP address not allowed: 1.2.3.4' }],
    [
      { status: 404, message: 'who?' },
      { status: 404, error: 'who?' },
    ],
  ])('refuses under %j', (config, expected) => {
    expect(access({ deny: ['1.2.3.4'], ...config }, '1.2.3.4')).toEqual(expected)
  })

  it('refuses streams as it does requests', async () => {
    const { stream } = handlerOf(ipRestriction, { ...DEFAULTS, deny: ['1.2.3.4'] })
    expect(await stream?.preread?.(aStream({ clientIp: '1.2.3.4' }))).toMatchObject({ status: 403 })
    expect(await stream?.preread?.(aStream({ clientIp: '1.2.3.5' }))).toBeUndefined()
  })

  it('refuses a client that is not known', () => {
    expect(access({ deny: ['1.2.3.4'] }, '')).toMatchObject({ status: 403 })
  })
})

function access(config: Partial<IpRestrictionConfig>, clientIp: string) {
  return handlerOf(ipRestriction, { ...DEFAULTS, ...config }).access?.(aContext({ clientIp }))
}
