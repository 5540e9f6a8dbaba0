import { answered, type Contract, type Describe, writtenAs } from '../contract.ts'
import { refTo } from '../refusals.ts'

const levels = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg']

export const levelContracts: Describe = () => ({
  GET: {
    summary: 'The log level of this process',
    answers: { 200: answered('It.', refTo('message')) },
  },
})

const change: Contract = {
  summary: 'Log at another level for a while',
  path: { log_level: { description: 'The level.', schema: { enum: levels } } },
  query: {
    timeout: {
      description: 'Seconds until the level is that of the settings again; at once with 0.',
      schema: { type: 'number', minimum: 0, default: 60 },
    },
  },
  body: writtenAs({ type: 'object', properties: { timeout: { type: ['number', 'string'] } } }),
  answers: { 200: answered('It is changed, or was so already.', refTo('message')) },
}

export const changeLevelContracts: Describe = () => ({ PUT: change })

export const clusterLevelContracts: Describe = () => ({
  PUT: {
    ...change,
    summary: 'Let all processes on the same database log at another level for a while',
    answers: { ...change.answers, 405: answered('There is no database.', refTo('message')) },
  },
})
