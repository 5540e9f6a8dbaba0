import { expect, it } from 'vitest'
import { kongConfiguration } from './configuration.ts'

it('shows settings, and the listeners and plugins that clients read', () => {
  const flags = { ssl: true, http2: false, reuseport: false, udp: false, proxy_protocol: false }
  const listen = { host: '::1', port: 8444, ...flags, backlog: 9 }
  const settings = { admin_listen: [listen], admin_gui_url: 'http://manager.test:8002' }
  expect(kongConfiguration({ database: 'postgres' }, settings, ['acl', 'jwt'])).toEqual({
    database: 'postgres',
    loaded_plugins: { acl: true, jwt: true },
    admin_listeners: [
      {
        ip: '::1',
        port: 8444,
        ssl: true,
        http2: false,
        reuseport: false,
        'backlog=9': true,
        listener: '[::1]:8444 ssl',
      },
    ],
    admin_gui_origin: 'http://manager.test:8002',
    admin_gui_listeners: [],
    proxy_listeners: [],
    stream_listeners: [],
    status_listeners: [],
  })
})
