import { describe, expect, it } from 'vitest'
import { ID, NOW } from './fixtures/context.ts'
import { consumer } from './kinds/consumer.ts'
import { keyauthCredential } from './kinds/keyauth-credential.ts'
import { parameter } from './kinds/parameter.ts'
import { isExpired, toRest } from './ttl.ts'

describe('isExpired', () => {
  it.each([
    [{ id: ID, expires_at: NOW + 1 }, false],
    [{ id: ID, expires_at: NOW }, true],
    [{ id: ID, expires_at: null }, false],
    [{ id: ID }, false],
  ])('of %j is %s', (entity, expired) => {
    expect(isExpired(entity, NOW)).toBe(expired)
  })
})

describe('toRest', () => {
  it('shows the seconds that remain', () => {
    expect(toRest(keyauthCredential, { id: ID, key: 'k', expires_at: NOW + 5 }, NOW)).toEqual({
      id: ID,
      key: 'k',
      ttl: 5,
    })
    expect(toRest(keyauthCredential, { id: ID, key: 'k', expires_at: null }, NOW)).toEqual({
      id: ID,
      key: 'k',
      ttl: null,
    })
  })

  it('shows other kinds as they are, without an id that they do not declare', () => {
    expect(toRest(consumer, { id: ID, username: 'x' }, NOW)).toEqual({ id: ID, username: 'x' })
    expect(toRest(parameter, { id: 'k', key: 'k' }, NOW)).toEqual({ key: 'k' })
  })
})
