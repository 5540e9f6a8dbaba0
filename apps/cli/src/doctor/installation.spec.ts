import { describe, expect, it } from 'vitest'
import { appsOf } from './installation.ts'

describe('the apps that settings are for', () => {
  it.each([
    ['nothing is given', {}, ['admin-api', 'sync-hub', 'dataplane']],
    ['one app has a setting that no other reads', { PROXY_LISTEN: 'off' }, ['dataplane']],
    ['two apps have', { PG_HOST: 'db', CLUSTER_LISTEN: 'off' }, ['admin-api', 'sync-hub']],
    ['several apps read all that is given', { PREFIX: '/p' }, ['admin-api', 'sync-hub', 'dataplane']],
    ['there is a role', { ROLE: 'data_plane' }, ['dataplane']],
    ['a role is shared', { ROLE: 'control_plane' }, ['admin-api', 'sync-hub']],
    [
      'a role is shared and one app has a setting of its own',
      { ROLE: 'control_plane', PG_HOST: 'db' },
      ['admin-api'],
    ],
    [
      'settings of another role are given too',
      { ROLE: 'control_plane', PROXY_LISTEN: 'off' },
      ['admin-api', 'sync-hub'],
    ],
    ['the role is none of ours', { ROLE: 'traditional' }, ['admin-api', 'sync-hub', 'dataplane']],
  ])('when %s', (_what, settings, chosen) => {
    const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`KONG_${name}`, value]))
    const names = new Set(Object.keys(settings).map((name) => name.toLowerCase()))
    expect(appsOf(names, env)).toEqual(chosen)
  })
})
