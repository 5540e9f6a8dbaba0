import { isJsonObject, type JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { aContext, anInput, validated } from './fixtures.ts'
import { pluginHandlers } from './handlers.ts'
import { bundledPlugins } from './schemas.ts'

const schemas = bundledPlugins('3.4.0')

describe.each([...schemas.values()])('the schema of $name', ({ name }) => {
  it('accepts the least that a client may say', () => {
    expect(validated(anInput(name))).toHaveProperty('entity')
  })
})

describe.each([...pluginHandlers.values()])('the plugin $name', ({ name, priority, create }) => {
  it('runs at the priority that its schema states', () => {
    expect(schemas.get(name)).toMatchObject({ name, priority })
  })

  it('makes a handler of its defaults, without changing them', () => {
    const config = deepFreeze(leastConfig(name))
    expect(() => create(config)).not.toThrow()
  })

  it('throws in no phase of an empty request', async () => {
    const handler = create(leastConfig(name))
    const context = aContext({})
    const handshake = { serverName: null, clientIp: '127.0.0.1', log: context.log }
    await handler.certificate?.(handshake)
    for (const phase of ['rewrite', 'access', 'response'] as const) {
      const verdict = await handler[phase]?.(context)
      if (verdict !== undefined) expect(verdict.status).toBeGreaterThanOrEqual(100)
    }
    handler.body?.(context, new Uint8Array(), true)
    handler.log?.(context)
  })
})

function leastConfig(name: string): JsonObject {
  const outcome = validated(anInput(name))
  const config = 'entity' in outcome ? outcome.entity.config : undefined
  return isJsonObject(config) ? config : {}
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
