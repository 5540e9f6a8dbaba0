import { passwordHash } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import type { PluginContext } from './context.ts'
import { aConsumer, aContext, anInput, type ContextFixture, configOf } from './fixtures.ts'
import { handlerOf } from './handler-of.ts'
import { pluginHandlers } from './handlers.ts'

const ann = aConsumer()
const guest = aConsumer({ id: '99999999-9999-4999-8999-999999999999', username: 'guest', custom_id: null })
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

/** What each authentication plugin takes: a credential, the header that carries it, and one that nobody has. */
const PLUGINS = [
  {
    name: 'key-auth',
    credentials: { 'keyauth_credentials/secret': { consumer: ann, credential: { id: 'c', key: 'secret' } } },
    header: 'apikey',
    right: 'secret',
    wrong: 'guessed',
  },
  {
    name: 'basic-auth',
    credentials: {
      'basicauth_credentials/bob': {
        consumer: ann,
        credential: { id: 'c', username: 'bob', password: passwordHash('secret', ann.id) },
      },
    },
    header: 'Authorization',
    right: basic('bob:secret'),
    wrong: basic('bob:guessed'),
  },
]

const FORGED = {
  'X-Consumer-ID': 'forged',
  'X-Consumer-Username': 'forged',
  'X-Consumer-Custom-ID': 'forged',
  'X-Credential-Identifier': 'forged',
  'X-Anonymous-Consumer': 'forged',
}

describe.each(PLUGINS)('the authentication plugin $name', ({ name, credentials, header, right, wrong }) => {
  const run = async (config: Record<string, string | boolean>, fixture: ContextFixture) => {
    const context = aContext({ consumers: [ann, guest], credentials, ...fixture })
    const complete = configOf(anInput(name, config))
    const definition = pluginHandlers.get(name)
    if (definition === undefined) throw new Error(`there is no ${name}`)
    const verdict = await handlerOf(definition, complete as Record<string, never>).access?.(context) // an object
    return { context, verdict }
  }

  it('lets a right credential pass, and answers 401 to others and to none', async () => {
    expect((await run({}, { headers: { [header]: right } })).verdict).toBeUndefined()
    expect((await run({}, { headers: { [header]: wrong } })).verdict).toMatchObject({ status: 401 })
    const none = await run({}, {})
    expect(none.verdict).toMatchObject({ status: 401, headers: { 'WWW-Authenticate': expect.any(String) } })
  })

  it.each([
    ['a right credential', { [header]: right }, ann, 'ann'],
    ['a wrong one, of the anonymous consumer', { [header]: wrong }, guest, 'guest'],
    ['none, of the anonymous consumer', {}, guest, 'guest'],
  ])(
    'believes nothing that a client says of itself, with %s',
    async (_title, headers, consumer, username) => {
      const { verdict, context } = await run({ anonymous: 'guest' }, { headers: { ...headers, ...FORGED } })
      expect(verdict).toBeUndefined()
      expect(context.consumer).toBe(consumer)
      expect(context.request.headers.get('X-Consumer-Username')).toBe(username)
      expect(valuesOf(context)).not.toContain('forged')
      const isAnonymous = context.request.headers.get('X-Anonymous-Consumer') === 'true'
      expect(isAnonymous).toBe(consumer === guest)
      expect(context.request.headers.get('X-Credential-Identifier') === undefined).toBe(isAnonymous)
    },
  )

  it('takes an anonymous consumer by id too, and fails where there is none', async () => {
    expect((await run({ anonymous: guest.id }, {})).context.consumer).toBe(guest)
    expect((await run({ anonymous: 'nobody' }, {})).verdict).toMatchObject({ status: 500 })
  })

  it('is skipped after another that accepted, if it has an anonymous consumer; else it must pass as well', async () => {
    const accepted = { consumer: ann, credential: { id: 'of another' } }
    expect((await run({ anonymous: 'guest' }, accepted)).context.credential).toBe(accepted.credential)
    expect((await run({}, accepted)).verdict).toMatchObject({ status: 401 })
  })

  it.each([
    [true, false],
    [false, true],
  ])('with hide_credentials %s lets the upstream see the credential: %s', async (hides, sees) => {
    const { context } = await run({ hide_credentials: hides }, { headers: { [header]: right } })
    expect(valuesOf(context).includes(right)).toBe(sees)
  })

  it('does not take another one of the same length', async () => {
    const other = right.slice(0, -3) + right.slice(-3).replace(/\w/, (letter) => (letter === 'x' ? 'y' : 'x'))
    expect((await run({}, { headers: { [header]: other } })).verdict).toMatchObject({ status: 401 })
  })
})

function valuesOf({ request }: PluginContext): readonly string[] {
  return [...request.headers.entries()].map(([, value]) => value)
}
