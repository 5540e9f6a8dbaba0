import { answered, anything, type Describe, exactly, listOf, text, whole } from '../contract.ts'

const group = 'node'

export const rootContracts: Describe = () => ({
  GET: {
    summary: 'What this process is',
    group,
    answers: {
      200: answered(
        'Its version, its plugins and its settings, secrets masked.',
        exactly({
          tagline: text,
          version: text,
          edition: text,
          hostname: text,
          node_id: { type: 'string', format: 'uuid' },
          lua_version: text,
          pids: exactly({ master: whole, workers: listOf(whole) }),
          timers: exactly({ running: whole, pending: whole }),
          plugins: exactly({
            available_on_server: {
              type: 'object',
              additionalProperties: exactly({ version: text, priority: { type: 'number' } }),
            },
            enabled_in_cluster: listOf(text),
          }),
          configuration: { type: 'object', additionalProperties: anything },
        }),
      ),
    },
  },
})

export const enabledPluginsContracts: Describe = () => ({
  GET: {
    summary: 'Which plugins may be configured',
    answers: { 200: answered('Their names.', exactly({ enabled_plugins: listOf(text) })) },
  },
})

export const endpointsContracts: Describe = () => ({
  GET: {
    summary: 'Which paths there are',
    group,
    answers: {
      200: answered('Their templates.', exactly({ data: listOf({ type: 'string', pattern: '^/' }) })),
    },
  },
})

export const timersContracts: Describe = () => ({
  GET: {
    summary: 'How many timers there are',
    group,
    answers: {
      200: answered(
        'Counts; there are no flame graphs.',
        exactly({
          worker: exactly({ id: whole, count: whole }),
          stats: exactly({
            sys: exactly({ total: whole, running: whole, pending: whole, waiting: whole }),
            timers: { type: 'object' },
            flamegraph: exactly({ running: text, pending: text, elapsed_time: text }),
          }),
        }),
      ),
    },
  },
})

export const robotsContracts: Describe = () => ({
  GET: {
    summary: 'That nothing belongs into a search engine',
    group,
    answers: { 200: { ...answered('For robots.', text), types: ['text/plain'] } },
  },
})
