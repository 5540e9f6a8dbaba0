import { pbkdf2Sync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { standIns } from './fixtures/stand-ins.ts'
import { configOf, only, refused } from './fixtures/world.ts'

describe('a password', () => {
  const document = { consumers: [{ username: 'ann', passwords: [{ username: 'a', password: 'secret' }] }] }

  it('is stored as a hash', async () => {
    const config = await configOf(document, undefined, standIns)
    expect(only(config, 'passwords').password).toBe(`secret of {"id":"${only(config, 'consumers').id}"}`)
  })

  it('is stored as it is where the document says that it is one already', async () => {
    const config = await configOf({ ...document, _transform: false }, undefined, standIns)
    expect(only(config, 'passwords').password).toBe('secret')
  })

  it('is hashed with the id that its consumer has, and so does not change when the document comes again', async () => {
    const id = '1111111a-1111-4111-8111-111111111111'
    const current = await configOf({ consumers: [{ username: 'ann', id }] }, undefined, standIns)
    const config = await configOf(document, current, standIns)
    expect(only(config, 'passwords').password).toBe(`secret of {"id":"${id}"}`)
    expect(await configOf(document, config, standIns)).toEqual(config)
  })
})

describe('a secret that is hashed because another field says so', () => {
  const credential = { name: 'app', client_id: 'c', client_secret: 'secret', hash_secret: true }
  const document = { consumers: [{ username: 'ann', oauth2_credentials: [credential] }] }

  it('is stored as it is where the document says that it is one already', async () => {
    const config = await configOf({ ...document, _transform: false })
    expect(only(config, 'oauth2_credentials').client_secret).toBe('secret')
  })

  it('is hashed once where the document does not', async () => {
    const config = await configOf(document)
    const [, , , salt = '', hash] = String(only(config, 'oauth2_credentials').client_secret).split('$')
    const again = pbkdf2Sync('secret', Buffer.from(salt, 'base64'), 10_000, 32, 'sha512')
    expect(hash).toBe(again.toString('base64').replaceAll('=', ''))
  })
})

describe('a digest', () => {
  it.each([true, false])('is made whether values are as a user writes them or not: %s', async (transform) => {
    const config = await configOf({ _transform: transform, seals: [{ text: 'a' }] }, undefined, standIns)
    expect(only(config, 'seals').digest).toBe('digest of a')
  })

  it('tells two entities that are one', async () => {
    const { faults } = await refused({ seals: [{ text: 'a' }, { text: 'a' }] }, standIns)
    expect(faults[0]?.problem).toBe(
      "uniqueness violation: 'seals' entity with digest set to 'digest of a' already declared",
    )
  })

  it('follows its text', async () => {
    const current = await configOf(
      { seals: [{ text: 'a', id: '1111111a-1111-4111-8111-111111111111' }] },
      undefined,
      standIns,
    )
    const config = await configOf(
      { seals: [{ text: 'b', id: '1111111a-1111-4111-8111-111111111111' }] },
      current,
      standIns,
    )
    expect(only(config, 'seals').digest).toBe('digest of b')
  })
})
