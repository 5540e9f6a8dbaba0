import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of session', () => {
  it.each([
    ['an unknown place', { storage: 'redis' }, { config: { storage: 'expected one of: cookie, kong' } }],
    [
      'an unknown manner',
      { cookie_same_site: 'off' },
      { config: { cookie_same_site: 'expected one of: Strict, Lax, None, Default' } },
    ],
    [
      'an old name with a text',
      { cookie_lifetime: 'x' },
      { config: { cookie_lifetime: 'expected a number' } },
    ],
    [
      'an unknown header',
      { request_headers: ['id', 'mood'] },
      {
        config: {
          request_headers: [
            null,
            'expected one of: id, audience, subject, timeout, idling-timeout, rolling-timeout, absolute-timeout',
          ],
        },
      },
    ],
    ['an empty secret', { secret: '' }, { config: { secret: 'length must be at least 1' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('session', config))).toEqual(errors)
  })

  it.each([
    [
      'a secret that is made, and its defaults',
      {},
      {
        secret: expect.stringMatching(/^[\w-]{44}$/),
        storage: 'cookie',
        idling_timeout: 900,
        logout_methods: ['POST', 'DELETE'],
      },
    ],
    ['a secret that is given', { secret: 'mine' }, { secret: 'mine' }],
    ['the old name of rolling_timeout', { cookie_lifetime: 5 }, { rolling_timeout: 5 }],
    ['the old name of idling_timeout', { cookie_idletime: 5 }, { idling_timeout: 5 }],
    ['no idle time, by its old name', { cookie_idletime: null }, { idling_timeout: 0 }],
    ['the old name of stale_ttl', { cookie_discard: 5 }, { stale_ttl: 5 }],
    ['the old name of cookie_same_site', { cookie_samesite: 'None' }, { cookie_same_site: 'None' }],
    ['its old value', { cookie_samesite: 'off' }, { cookie_same_site: 'Lax' }],
    ['the old name of cookie_http_only', { cookie_httponly: false }, { cookie_http_only: false }],
    ['the old name of remember', { cookie_persistent: true }, { remember: true }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('session', config))).toMatchObject(expected)
  })

  it('forgets when it was to be renewed', () => {
    const given = configOf(anInputWith('session', { cookie_renew: 600 }))
    expect(given).toEqual(configOf(anInputWith('session', {})))
  })
})
