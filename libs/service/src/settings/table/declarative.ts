import { pathUnderPrefix } from '../folders.ts'
import { flag, optional, text } from '../form.ts'
import { setting } from '../setting.ts'

const holders = ['admin-api', 'dataplane'] as const

/** The config as a document that a process starts with. */
export const declarativeSettings = {
  declarative_config: setting({
    apps: holders,
    form: optional(pathUnderPrefix),
    default: '',
    description:
      'A file with the whole config in the declarative format: what an admin-api holds at its start when database is off, and what a node serves that has no cache yet.',
  }),
  declarative_config_string: setting({
    apps: holders,
    form: optional(text),
    default: '',
    secret: true,
    description: 'The same as declarative_config, the text itself in place of the name of a file.',
  }),
  declarative_config_over_cache: setting({
    apps: ['dataplane'],
    form: flag,
    default: 'off',
    description:
      'Whether a node takes its declarative config at every start, even where it has a cache of what a control plane sent. That one replaces it again as soon as it is reached.',
  }),
}
