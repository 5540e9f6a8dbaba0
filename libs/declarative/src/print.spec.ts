import { describe, expect, it } from 'vitest'
import { configOf, NOW, registry } from './fixtures/world.ts'
import { printConfig } from './print.ts'
import { printYaml } from './print-yaml.ts'

const ID = 'd885e256-1abe-5e24-80b6-8f68fe59ea8e'
const OTHER = '1111111a-1111-4111-8111-111111111111'
const bobo = { username: 'bobo', id: ID, created_at: 1566863706, updated_at: 1566863707 }

describe('a printed config', () => {
  it('is flat and whole: nulls included, references as ids', async () => {
    const key = { key: 'k', id: OTHER, created_at: 1, tags: [] }
    const config = await configOf({ consumers: [{ ...bobo, keyauth_credentials: [key] }] })
    expect(printConfig(config, registry)).toEqual({
      _format_version: '3.0',
      _transform: false,
      consumers: [{ ...bobo, custom_id: null, tags: null }],
      keyauth_credentials: [{ ...key, consumer: ID }],
    })
  })

  it('says at which moment something ends', async () => {
    const config = await configOf({ consumers: [{ ...bobo, keyauth_credentials: [{ key: 'k', ttl: 5 }] }] })
    expect(printConfig(config, registry).keyauth_credentials).toMatchObject([{ expires_at: NOW + 5 }])
  })

  it('lists what is referred to first, and each kind by id', async () => {
    const document = {
      plugins: [{ name: 'key-auth' }],
      routes: [{ paths: ['/'], service: 'b' }],
      services: [
        { name: 'b', host: 'h.test', id: ID },
        { name: 'a', host: 'h.test', id: OTHER },
      ],
    }
    const printed = printConfig(await configOf(document), registry)
    expect(Object.keys(printed)).toEqual(['_format_version', '_transform', 'services', 'routes', 'plugins'])
    expect(printed.services).toMatchObject([{ name: 'a' }, { name: 'b' }])
  })

  it('is YAML that reads well', async () => {
    const config = await configOf({ consumers: [{ ...bobo, custom_id: 'yes', tags: ['1:30', 'a b'] }] })
    expect([...printYaml(config, registry)].join('')).toBe(
      [
        '_format_version: "3.0"',
        '_transform: false',
        'consumers:',
        `- id: ${ID}`,
        '  created_at: 1566863706',
        '  updated_at: 1566863707',
        '  username: bobo',
        '  custom_id: "yes"',
        '  tags:',
        '    - "1:30"',
        '    - a b',
        '',
      ].join('\n'),
    )
  })

  it('of nothing is a document', async () => {
    expect([...printYaml(new Map(), registry)].join('')).toBe('_format_version: "3.0"\n_transform: false\n')
  })
})
