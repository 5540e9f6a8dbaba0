import { flag, integer, oneOf, optional, text } from '../form.ts'
import { keyringKeys } from '../keyring-keys.ts'
import { retention } from '../quantity.ts'
import { setting } from '../setting.ts'

const adminApi = ['admin-api'] as const

/** The database of the control plane. Only the admin-api reads them. */
export const databaseSettings = {
  database: setting({
    apps: adminApi,
    form: oneOf('postgres', 'off'),
    default: 'postgres',
    description:
      'Where the config is kept. With off, an admin-api holds a declarative config in memory, which is changed only as a whole.',
  }),
  pg_host: setting({
    apps: adminApi,
    form: text,
    default: '127.0.0.1',
    description: 'The host of PostgreSQL, or the folder of its Unix socket.',
  }),
  pg_port: setting({
    apps: adminApi,
    form: integer({ min: 1, max: 65_535 }),
    default: '5432',
    description: 'The port of PostgreSQL.',
  }),
  pg_user: setting({
    apps: adminApi,
    form: text,
    default: 'kong',
    description: 'The user of the database.',
  }),
  pg_password: setting({
    apps: adminApi,
    form: optional(text),
    default: '',
    secret: true,
    description: 'The password of that user.',
  }),
  pg_database: setting({
    apps: adminApi,
    form: text,
    default: 'kong',
    description: 'The name of the database.',
  }),
  pg_schema: setting({
    apps: adminApi,
    form: optional(text),
    default: '',
    description:
      'The schema that holds the tables; without it, the one that the search path of the user names.',
  }),
  pg_timeout: setting({
    apps: adminApi,
    form: integer({ min: 1, max: 2_147_483_646, unit: 'ms' }),
    default: '5000',
    description: 'How long connecting and one statement may take.',
  }),
  pg_ssl: setting({
    apps: adminApi,
    form: flag,
    default: 'off',
    description: 'Whether the connection is encrypted.',
  }),
  pg_ssl_verify: setting({
    apps: adminApi,
    form: flag,
    default: 'off',
    description: 'Whether the certificate of the server is verified, when pg_ssl is on.',
  }),
  pg_pool_size: setting({
    apps: adminApi,
    form: integer({ min: 2, max: 1000 }),
    default: '20',
    description:
      'The most connections that one admin-api uses for reads and writes. Six more serve creates and the feed.',
  }),
  keyring_enabled: setting({
    apps: adminApi,
    form: flag,
    default: 'off',
    description:
      'Whether secrets are sealed in the database: credentials, private keys, the config of plugins and vaults. What is there already is sealed in the background; with off and keyring_keys it is opened again.',
  }),
  keyring_keys: setting({
    apps: adminApi,
    form: keyringKeys,
    default: '',
    secret: true,
    description:
      'The keys of the keyring: the first one seals, each opens what it has sealed. All instances need all of them. openssl rand -hex 32 makes one.',
  }),
  journal_retention: setting({
    apps: adminApi,
    form: retention,
    default: '100000, 7d',
    description:
      'How many of the last revisions the journal keeps, and for how long. A follower that is further behind gets a snapshot.',
  }),
  audit_log: setting({
    apps: adminApi,
    form: flag,
    default: 'on',
    description: 'Whether it is kept who made each revision, and what it changed: GET /audit/objects tells.',
  }),
  audit_log_record_ttl: setting({
    apps: adminApi,
    form: integer({ min: 1, max: 3_153_600_000, unit: 's' }),
    default: '2592000',
    description: 'How long the audit log keeps what it knows of a revision.',
  }),
  audit_log_record_limit: setting({
    apps: adminApi,
    form: integer({ min: 1 }),
    default: '1000000',
    description: 'Of how many of the last revisions the audit log knows anything.',
  }),
  cluster_data_plane_purge_delay: setting({
    apps: adminApi,
    form: integer({ min: 60, unit: 's' }),
    default: '1209600',
    description: 'How long after its last contact a node stays in the list of data planes.',
  }),
}
