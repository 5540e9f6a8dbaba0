import { isJsonObject, type JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { aContext, anInput, validated } from './fixtures.ts'
import { pluginHandlers } from './handlers.ts'
import { bundledPlugins } from './schemas.ts'

const schemas = [...bundledPlugins('3.4.0').values()]

it('every plugin has a schema and a handler', () => {
  expect([...pluginHandlers.keys()]).toEqual(schemas.map(({ name }) => name))
})

describe.each(schemas)('the plugin $name', ({ name, priority }) => {
  it('runs at the priority that its schema states', () => {
    expect(pluginHandlers.get(name)).toMatchObject({ name, priority })
  })

  it('validates with its defaults alone, and with what that made of them', () => {
    const config = defaultConfig(name)
    expect(validated(anInput(name, config))).toMatchObject({ entity: { config } })
  })

  it('makes a handler of its defaults, without changing them', () => {
    const config = deepFreeze(defaultConfig(name))
    expect(() => pluginHandlers.get(name)?.create(config)).not.toThrow()
  })

  it('throws in no phase of an empty request', async () => {
    const handler = pluginHandlers.get(name)?.create(defaultConfig(name))
    const context = aContext({})
    const handshake = { serverName: null, clientIp: '127.0.0.1', log: context.log }
    await handler?.certificate?.(handshake)
    for (const phase of ['rewrite', 'access', 'response'] as const) {
      const verdict = await handler?.[phase]?.(context)
      if (verdict !== undefined) expect(verdict.status).toBeGreaterThanOrEqual(100)
    }
    handler?.body?.(context, new Uint8Array(), true)
    handler?.log?.(context)
  })
})

function defaultConfig(name: string): JsonObject {
  const outcome = validated(anInput(name))
  const config = 'entity' in outcome ? outcome.entity.config : undefined
  expect(outcome).toHaveProperty('entity')
  return isJsonObject(config) ? config : {}
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
