import { describe, expect, it } from 'vitest'
import { aContext, type ContextFixture } from '../fixtures.ts'
import { handlerOf } from '../handler-of.ts'
import { correlationId } from './handler.ts'
import type { CorrelationIdConfig } from './schema.ts'

const DEFAULTS: CorrelationIdConfig = {
  header_name: 'Kong-Request-ID',
  generator: 'uuid#counter',
  echo_downstream: false,
}
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'

describe('correlation-id', () => {
  it.each<[NonNullable<CorrelationIdConfig['generator']>, RegExp]>([
    ['uuid', new RegExp(`^${UUID}$`)],
    ['uuid#counter', new RegExp(`^${UUID}#1$`)],
    ['tracker', /^node\.test-8000-\d+-[0-9a-f]{8}-1-\d+\.\d{3}$/],
  ])('generates with %s', async (generator, form) => {
    expect(await sent({ generator }, {})).toMatch(form)
  })

  it.each(['uuid', 'uuid#counter', 'tracker'] as const)(
    'gives every request another %s',
    async (generator) => {
      const handler = handlerOf(correlationId, { ...DEFAULTS, generator })
      const ids = new Set<string | undefined>()
      for (let i = 0; i < 50; i++) {
        const context = aContext({})
        await handler.access?.(context)
        ids.add(context.request.headers.get('Kong-Request-ID'))
      }
      expect(ids.size).toBe(50)
    },
  )

  it('keeps what the client sends, unless it is empty', async () => {
    expect(await sent({}, { headers: { 'kong-request-id': 'mine' } })).toBe('mine')
    expect(await sent({}, { headers: { 'kong-request-id': '' } })).toMatch(/#1$/)
    expect(await sent({ header_name: 'X-Id' }, { headers: { 'kong-request-id': 'mine' } }, 'X-Id')).toMatch(
      /#1$/,
    )
  })

  it('echoes what went upstream, and makes one where nothing did', async () => {
    const handler = handlerOf(correlationId, { ...DEFAULTS, echo_downstream: true })
    const context = aContext({})
    await handler.access?.(context)
    await handler.response?.(context)
    const id = context.request.headers.get('Kong-Request-ID')
    expect(context.response.headers.get('Kong-Request-ID')).toBe(id)
    const unmatched = aContext({})
    await handler.response?.(unmatched)
    expect(unmatched.response.headers.get('Kong-Request-ID')).toMatch(/#2$/)
  })

  it('echoes nothing unless told to', () => {
    expect(handlerOf(correlationId, { ...DEFAULTS }).response).toBeUndefined()
  })
})

async function sent(config: Partial<CorrelationIdConfig>, fixture: ContextFixture, name = 'Kong-Request-ID') {
  const context = aContext(fixture)
  await handlerOf(correlationId, { ...DEFAULTS, ...config }).access?.(context)
  return context.request.headers.get(name)
}
