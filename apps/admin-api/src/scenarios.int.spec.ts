import type { FastifyInstance } from 'fastify'
import { afterEach, beforeAll, describe, it } from 'vitest'
import { anAdmin, emptied, useDatabases } from './fixtures/admin.ts'
import { play, type Scenario } from './fixtures/scenario.ts'
import scenarios from './fixtures/scenarios.json' with { type: 'json' }

const databases = useDatabases()
let app: FastifyInstance

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
})

describe('what clients of Kong see', () => {
  afterEach(() => emptied(app))

  // The file is read as data, so its type is stated here.
  it.each(scenarios as unknown as readonly Scenario[])('$title', (scenario) => play(app, scenario))
})
