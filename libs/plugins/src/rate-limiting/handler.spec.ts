import { describe, expect, it } from 'vitest'
import type { PluginScope } from '../facilities.ts'
import {
  aConsumer,
  aContext,
  anInputWith,
  type ContextFixture,
  configOf,
  EVERYWHERE,
  someFacilities,
} from '../fixtures.ts'
import { rateLimiting } from './handler.ts'

/** 20 seconds into a minute. */
const NOW = Date.parse('2024-05-06T07:08:20Z')

describe('rate-limiting', () => {
  it('counts down, tells so in headers, and refuses when nothing is left', async () => {
    const ask = limiter({ minute: 2 })
    expect((await ask({})).headers).toEqual({
      'x-ratelimit-limit-minute': '2',
      'x-ratelimit-remaining-minute': '1',
      'ratelimit-limit': '2',
      'ratelimit-remaining': '1',
      'ratelimit-reset': '40',
    })
    expect((await ask({})).headers).toMatchObject({ 'ratelimit-remaining': '0' })
    const refused = await ask({})
    expect(refused.verdict).toEqual({
      status: 429,
      error: 'API rate limit exceeded',
      headers: {
        'X-RateLimit-Limit-Minute': '2',
        'X-RateLimit-Remaining-Minute': '0',
        'RateLimit-Limit': '2',
        'RateLimit-Remaining': '0',
        'RateLimit-Reset': '40',
        'Retry-After': '40',
      },
    })
    expect(refused.headers).toEqual({})
  })

  it('begins anew with the next window', async () => {
    let now = NOW
    const ask = limiter({ minute: 1 }, () => now)
    expect((await ask({})).verdict).toBeUndefined()
    expect((await ask({})).verdict).toBeDefined()
    now += 40_000
    expect((await ask({})).verdict).toBeUndefined()
  })

  it('tells of the tightest limit, of the longer period where two are as tight', async () => {
    const ask = limiter({ second: 5, hour: 9, day: 9 })
    expect((await ask({})).headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-reset': '1' })
    const alike = limiter({ hour: 9, day: 9 })
    expect((await alike({})).headers).toMatchObject({ 'ratelimit-reset': String(86_400 - 25_700) })
  })

  it('counts nothing of what it refuses, and shows what is left of other periods as it is', async () => {
    let now = NOW
    const ask = limiter({ second: 1, hour: 3 }, () => now)
    await ask({})
    expect((await ask({})).verdict?.headers).toMatchObject({
      'X-RateLimit-Remaining-Second': '0',
      'X-RateLimit-Remaining-Hour': '2',
    })
    now += 1000
    expect((await ask({})).headers).toMatchObject({ 'x-ratelimit-remaining-hour': '1' })
  })

  it('answers as it is told to, and says nothing of limits if it shall not', async () => {
    const ask = limiter({ minute: 1, error_code: 404, error_message: 'Gone', hide_client_headers: true })
    expect((await ask({})).headers).toEqual({})
    expect((await ask({})).verdict).toEqual({ status: 404, error: 'Gone', headers: {} })
  })

  const [ann, bob] = [aConsumer(), aConsumer({ id: '22222222-2222-4222-8222-222222222222' })]
  const [key, other] = [{ id: 'key-1' }, { id: 'key-2' }]
  it.each<[string, object, ContextFixture, ContextFixture, boolean]>([
    ['consumer', {}, { consumer: ann, clientIp: '10.0.0.1' }, { consumer: ann }, true],
    ['consumer', {}, { consumer: ann }, { consumer: bob }, false],
    ['consumer: else the credential', {}, { credential: key }, { credential: other }, false],
    ['consumer: else the address', {}, { clientIp: '10.0.0.1' }, { clientIp: '10.0.0.2' }, false],
    ['consumer: else the address', {}, {}, {}, true],
    ['credential', {}, { credential: key, consumer: ann }, { credential: other, consumer: ann }, false],
    ['ip', {}, { consumer: ann }, { consumer: bob }, true],
    ['service', {}, { service: key, clientIp: '10.0.0.1' }, { service: key }, true],
    ['service', {}, { service: key }, { service: other }, false],
    ['header', { header_name: 'x-t' }, { headers: { 'x-t': 'a' } }, { headers: { 'x-t': 'b' } }, false],
    ['header: else the address', { header_name: 'x-t' }, {}, {}, true],
    ['path', { path: '/one' }, { path: '/one', clientIp: '10.0.0.1' }, { path: '/one' }, true],
    ['path: else the address', { path: '/one' }, { path: '/one' }, { path: '/one/' }, false],
  ])('by %s with %j: of %j and %j the second is refused: %s', async (by, config, first, second, refused) => {
    const ask = limiter({ minute: 1, limit_by: by.replace(/:.*/, ''), ...config })
    await ask(first)
    expect((await ask(second)).verdict !== undefined).toBe(refused)
  })

  it('counts apart for routes and services that it is limited to, together where it is not', async () => {
    const facilities = someFacilities(() => NOW)
    const config = configOf(anInputWith('rate-limiting', { minute: 1 }))
    const verdict = (scope: Partial<PluginScope>) =>
      rateLimiting.create(Object(config), { ...EVERYWHERE, ...scope }).access?.(aContext({ facilities }))
    expect(verdict({ route: 'r1' })).toBeUndefined()
    expect(verdict({ route: 'r2' })).toBeUndefined()
    expect(verdict({ route: 'r1' })).toBeDefined()
    expect(verdict({})).toBeUndefined()
    expect(verdict({ consumer: 'ann' })).toBeDefined()
  })
})

/** Sends requests through one instance, each to the end of its response. */
function limiter(config: object, now = () => NOW) {
  const facilities = someFacilities(now)
  const whole = configOf(anInputWith('rate-limiting', { minute: null, ...config }))
  const handler = rateLimiting.create(Object(whole))
  return async (fixture: ContextFixture) => {
    const context = aContext({ facilities, ...fixture })
    const verdict = await handler.access?.(context)
    await handler.response?.(context)
    return { verdict, headers: Object.fromEntries(context.response.headers.entries()) }
  }
}
