import { atLeastOneOf, noConsumer, protocols, record } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { luaFunctions } from './lua-code.ts'

/** Functions by Kong's name of the phase that they run in, of which there must be one. */
const config = record(
  {
    certificate: luaFunctions,
    rewrite: luaFunctions,
    access: luaFunctions,
    header_filter: luaFunctions,
    body_filter: luaFunctions,
    log: luaFunctions,
  },
  { required: true },
)

/** What pre-function and post-function have in common: all but when they run. */
export const functionPhases = {
  fields: { consumer: noConsumer, protocols, config },
  checks: [
    atLeastOneOf(
      'config.certificate',
      'config.rewrite',
      'config.access',
      'config.header_filter',
      'config.body_filter',
      'config.log',
    ),
  ],
} satisfies Omit<BundledSchema, 'name' | 'priority'>
