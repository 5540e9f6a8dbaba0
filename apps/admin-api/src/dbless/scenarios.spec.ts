import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import configScenarios from '../fixtures/config-scenarios.json' with { type: 'json' }
import { aDblessAdmin } from '../fixtures/memory.ts'
import { play, type Scenario } from '../fixtures/scenario.ts'
import scenarios from '../fixtures/scenarios.json' with { type: 'json' }

/** Those that speak of no entity. */
const ANYWHERE = [
  'every answer carries Server and latency headers',
  '/plugins/enabled lists loaded plugins',
  'the root document identifies the node',
  '/endpoints lists path templates with braces',
]

// The files are read as data, so their type is stated here.
const played = [...configScenarios, ...scenarios.filter(({ title }) => ANYWHERE.includes(title))].map(
  (scenario) => scenario as unknown as Scenario,
)

let app: FastifyInstance
beforeAll(async () => {
  app = await aDblessAdmin()
})

describe('what clients of Kong see without a database', () => {
  it.each(played)('$title', (scenario) => play(app, scenario))
  it('has all of them', () => expect(played).toHaveLength(8))
})
