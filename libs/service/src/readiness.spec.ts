import { describe, expect, it } from 'vitest'
import { type Condition, readinessOf } from './readiness.ts'
import type { Role } from './settings/setting.ts'

const HASH = '595214af5fb356cc569313184c64d9b7'
const EMPTY = '0'.repeat(32)

/** The readiness vectors, one a row. */
type Row = [
  role: Role,
  workers: number,
  routers: number,
  plugins: number,
  hash: string | null,
  database: boolean,
  message: string,
]

const ROUTERS = (built: number, of: number) =>
  `router builds not yet complete, router ready in ${built} of ${of} workers`
const PLUGINS = (built: number, of: number) =>
  `plugins iterator builds not yet complete, plugins iterator ready in ${built} of ${of} workers`

const rows: readonly Row[] = [
  ['data_plane', 4, 4, 4, HASH, true, 'ready'],
  ['data_plane', 4, 9, 9, HASH, true, 'ready'],
  ['data_plane', 4, 3, 4, HASH, true, ROUTERS(3, 4)],
  ['data_plane', 4, 4, 0, HASH, true, PLUGINS(0, 4)],
  ['data_plane', 4, 0, 0, null, true, ROUTERS(0, 4)],
  ['data_plane', 4, 4, 3, EMPTY, true, PLUGINS(3, 4)],
  ['data_plane', 4, 4, 4, null, true, 'no configuration available (configuration hash is not initialized)'],
  ['data_plane', 8, 8, 8, EMPTY, true, 'no configuration available (empty configuration present)'],
  ['control_plane', 4, 0, 0, null, true, 'ready'],
  ['control_plane', 4, 0, 0, null, false, 'failed to connect to database'],
  ['traditional', 4, 1, 1, null, true, 'ready'],
  ['traditional', 4, 0, 1, null, true, 'router builds not yet complete'],
  ['traditional', 4, 1, 0, null, true, 'plugins iterator builds not yet complete'],
  ['traditional', 4, 1, 1, null, false, 'failed to connect to database'],
]

describe('readiness', () => {
  it.each(rows)(
    'of a %s with %i workers, %i routers, %i lists of plugins, config %s and a database %s is: %s',
    (role, workers, routerRebuilds, pluginRebuilds, configHash, databaseReachable, message) => {
      const condition: Condition = {
        role,
        workers,
        routerRebuilds,
        pluginRebuilds,
        configHash,
        databaseReachable,
      }
      expect(readinessOf(condition)).toEqual({ ready: message === 'ready', message })
    },
  )
})
