import { entityKinds } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { credentialKeys, storeLookups } from './lookups.ts'

describe('storeLookups', () => {
  it('keeps keys of what is looked up per request, and of nothing that is compiled', () => {
    const lookups = storeLookups(entityKinds)
    expect(lookups).toMatchObject({
      consumers: { unique: ['username', 'custom_id'] },
      keyauth_credentials: { unique: ['key'] },
      acls: { lists: ['consumer.id'] },
    })
    for (const compiled of ['routes', 'services', 'plugins']) expect(lookups).not.toHaveProperty(compiled)
  })
})

describe('credentialKeys', () => {
  it('names the field that proves who a consumer is', () => {
    expect(credentialKeys(entityKinds).get('keyauth_credentials')).toBe('key')
    expect(credentialKeys(entityKinds).has('consumers')).toBe(false)
  })
})
