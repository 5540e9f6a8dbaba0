import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of ldap-auth', () => {
  it.each([
    [
      'what it must know',
      { ldap_host: null, base_dn: null, attribute: null },
      {
        config: {
          ldap_host: 'required field missing',
          base_dn: 'required field missing',
          attribute: 'required field missing',
        },
      },
    ],
    [
      'TLS in two ways',
      { ldaps: true, start_tls: true },
      {
        config: {
          '@entity': ["'ldaps' and 'start_tls' cannot be enabled simultaneously"],
          start_tls: 'value must be false',
        },
      },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('ldap-auth', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      { ldap_port: 389, cache_ttl: 60, header_type: 'ldap', ldaps: false, start_tls: false },
    ],
    ['TLS from the start', { ldaps: true }, { ldaps: true, start_tls: false }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('ldap-auth', config))).toMatchObject(expected)
  })
})
