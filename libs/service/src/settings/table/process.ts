import { VERSION } from '../../version.ts'
import { prefixFolder, workingFolder } from '../folders.ts'
import { flag, integer, listOf, oneOf, optional, seconds, text } from '../form.ts'
import { logLevels } from '../log-levels.ts'
import { uuid } from '../network.ts'
import { setting } from '../setting.ts'

const everyone = ['admin-api', 'sync-hub', 'dataplane'] as const

/** What every process is: its role, its folder, its name in the cluster. */
export const processSettings = {
  role: setting({
    apps: everyone,
    form: oneOf('traditional', 'control_plane', 'data_plane'),
    default: {
      kong: 'traditional',
      'admin-api': 'control_plane',
      'sync-hub': 'control_plane',
      dataplane: 'data_plane',
    },
    only: { 'admin-api': ['control_plane'], 'sync-hub': ['control_plane'], dataplane: ['data_plane'] },
    description: 'What the process does in hybrid mode. Each app has one role, so this needs no setting.',
  }),
  prefix: setting({
    apps: everyone,
    form: prefixFolder,
    default: {
      kong: '.biplane',
      'admin-api': '.biplane/admin-api',
      'sync-hub': '.biplane/sync-hub',
      dataplane: '.biplane/dataplane',
    },
    description: 'The folder for what the process keeps on disk. It is created when missing.',
  }),
  log_level: setting({
    apps: everyone,
    form: oneOf(...logLevels),
    default: 'notice',
    description: 'The least severe lines that are logged.',
  }),
  node_id: setting({
    apps: everyone,
    form: optional(uuid),
    default: '',
    description: 'The id of this process in the cluster. It wins over the id kept in the file kong.id.',
  }),
  reported_version: setting({
    apps: everyone,
    form: text,
    default: VERSION,
    description: 'The version that this process says it has. For tests of how versions work together.',
  }),
  plugins: setting({
    apps: ['admin-api', 'dataplane'],
    form: listOf(text),
    default: 'bundled',
    description:
      'The plugins that are loaded: bundled for all that come with the product, or their names; custom ones by package or path; off for none.',
  }),
  plugins_path: setting({
    apps: ['admin-api', 'dataplane'],
    form: workingFolder,
    default: '.',
    description:
      'The folder of custom plugins: paths in plugins are relative to it, and packages are looked for from there as Node does, in its node_modules and in those above.',
  }),
  vault_env_prefix: setting({
    apps: ['dataplane'],
    form: optional(text),
    default: '',
    description:
      'What the names of environment variables begin with that references such as {vault://env/name} stand for.',
  }),
  cluster_max_payload: setting({
    apps: everyone,
    form: integer({ min: 4_194_304, unit: 'bytes' }),
    default: '16777216',
    description: 'Accepted for compatibility and checked; it limits nothing, since updates travel in chunks.',
  }),
  db_update_frequency: setting({
    apps: ['admin-api', 'sync-hub'],
    form: seconds,
    default: '5',
    description:
      'Accepted for compatibility and checked; it delays nothing, since changes are sent as they are made.',
  }),
  db_update_propagation: setting({
    apps: ['admin-api', 'sync-hub'],
    form: seconds,
    default: '0',
    description:
      'Accepted for compatibility and checked; it delays nothing, since no change is read from a replica.',
  }),
  privileged_agent: setting({
    apps: ['dataplane'],
    form: flag,
    default: 'off',
    description:
      'Accepted for compatibility and checked; a node always takes its updates in beside the threads that carry traffic.',
  }),
}
