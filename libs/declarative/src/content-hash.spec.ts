import { describe, expect, it } from 'vitest'
import { configHash, textHash } from './content-hash.ts'
import { configOf } from './fixtures/world.ts'

const service = (name: string) => ({ name, host: 'h.test' })

describe('the hash', () => {
  it('of a text is its MD5, as in Kong', () => {
    expect(textHash('_format_version: "3.0"\n')).toMatch(/^[0-9a-f]{32}$/)
    expect(textHash('')).toBe('d41d8cd98f00b204e9800998ecf8427e')
  })

  it('of a config does not depend on the order of its document', async () => {
    const one = configHash(
      await configOf({ services: [service('a'), service('b')], consumers: [{ username: 'c' }] }),
    )
    const other = configHash(
      await configOf({ consumers: [{ username: 'c' }], services: [service('b'), service('a')] }),
    )
    expect(one).toBe(other)
    expect(one).not.toBe(
      configHash(await configOf({ services: [service('a')], consumers: [{ username: 'c' }] })),
    )
  })
})
