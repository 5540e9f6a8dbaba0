import { answered, type Describe, exactly, flag, listOf, text, whole } from '../contract.ts'
import { refTo } from '../refusals.ts'

const group = 'node'

const size = { type: ['string', 'integer'], description: 'A text such as `12.34 MiB`, or a number of bytes.' }

export const statusContracts: Describe = () => ({
  GET: {
    summary: 'How the process fares',
    description: 'It answers without a database too.',
    group,
    query: {
      unit: {
        description: 'Of the memory: bytes, KiB, MiB or GiB.',
        schema: { enum: ['b', 'B', 'k', 'K', 'm', 'M', 'g', 'G'], default: 'm' },
      },
      scale: {
        description: 'Digits after the point.',
        schema: { type: 'integer', minimum: 0, maximum: 20, default: 2 },
      },
    },
    answers: {
      200: answered(
        'Its memory, its connections, and whether its database answers.',
        exactly(
          {
            memory: exactly({
              workers_lua_vms: listOf(exactly({ pid: whole, http_allocated_gc: size })),
              lua_shared_dicts: { type: 'object' },
            }),
            database: exactly({ reachable: flag }),
            configuration_hash: { type: 'string', pattern: '^[0-9a-f]{32}$' },
            server: exactly({
              total_requests: whole,
              connections_accepted: whole,
              connections_handled: whole,
              connections_active: whole,
              connections_reading: whole,
              connections_writing: whole,
              connections_waiting: whole,
            }),
          },
          ['configuration_hash'],
        ),
      ),
    },
  },
})

export const readyContracts: Describe = () => ({
  GET: {
    summary: 'Whether it can serve',
    group,
    answers: {
      200: answered('It can.', refTo('message')),
      503: answered('It cannot, and why.', refTo('message')),
    },
  },
})

export const metricsContracts: Describe = () => ({
  GET: {
    summary: 'Metrics for Prometheus',
    group,
    answers: { 200: { ...answered('In the text format.', text), types: ['text/plain'] } },
  },
})
