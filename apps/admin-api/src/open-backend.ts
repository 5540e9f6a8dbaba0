import { databaseSettings, Keyring, openDatabase } from '@biplane/database'
import type { EntityRegistry, PluginSchema } from '@biplane/entities'
import type { Logger, Settings } from '@biplane/service'
import type { RunningBackend } from './backend.ts'
import { databaseBackend } from './database-backend.ts'
import { memoryBackend } from './dbless/memory-backend.ts'

/** What a process opens its backend with. */
export interface Surroundings {
  readonly registry: EntityRegistry
  readonly plugins: ReadonlyMap<string, PluginSchema>
  readonly log: Logger
}

/** The backend that the setting `database` names. Nothing is asked of it yet. */
export function openBackend(settings: Settings<'admin-api'>, surroundings: Surroundings): RunningBackend {
  const purgeDelay = settings.cluster_data_plane_purge_delay * 1000
  const { registry, log } = surroundings
  switch (settings.database) {
    case 'postgres': {
      const db = openDatabase({
        settings: databaseSettings(settings),
        registry,
        keyring: keyringOf(settings),
        log,
      })
      const audit = {
        isRecording: settings.audit_log,
        recordTtl: settings.audit_log_record_ttl,
        recordLimit: settings.audit_log_record_limit,
      }
      return databaseBackend(db, { log, purgeDelay, retention: settings.journal_retention, audit })
    }
    case 'off':
      return memoryBackend({ ...surroundings, purgeDelay, start: settings })
  }
}

function keyringOf({
  keyring_keys,
  keyring_enabled,
}: Pick<Settings<'admin-api'>, 'keyring_keys' | 'keyring_enabled'>): Keyring {
  const keys = keyring_keys.map(({ id, hex }) => ({ id, key: Buffer.from(hex, 'hex') }))
  return new Keyring(keys, keyring_enabled)
}
