import type { App, Setting } from './setting.ts'
import { adminSettings } from './table/admin.ts'
import { cacheSettings } from './table/cache.ts'
import { clientTlsSettings } from './table/client-tls.ts'
import { clusterSettings } from './table/cluster.ts'
import { databaseSettings } from './table/database.ts'
import { declarativeSettings } from './table/declarative.ts'
import { dnsSettings } from './table/dns.ts'
import { limitSettings } from './table/limits.ts'
import { processSettings } from './table/process.ts'
import { trafficSettings } from './table/traffic.ts'

/** Every setting there is. Names, forms and defaults are those of `kong.conf`; settings that Kong lacks keep its style. */
export const settingsTable = {
  ...processSettings,
  ...databaseSettings,
  ...clusterSettings,
  ...cacheSettings,
  ...declarativeSettings,
  ...adminSettings,
  ...trafficSettings,
  ...clientTlsSettings,
  ...limitSettings,
  ...dnsSettings,
} satisfies Record<string, Setting>

type Table = typeof settingsTable

export type SettingName = keyof Table

export type ValueOf<N extends SettingName> = Table[N] extends Setting<infer T, App> ? T : never

/** What one app was started with: the values of the settings that it reads. */
export type Settings<A extends App> = {
  readonly [N in SettingName as A extends Table[N]['apps'][number] ? N : never]: ValueOf<N>
}

/** The whole table, row by row. */
export const settingRows: readonly (readonly [name: SettingName, setting: Setting])[] = Object.entries(
  settingsTable,
) as [SettingName, Setting][] // Object.entries forgets that the keys are the table's own
