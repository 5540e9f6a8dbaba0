import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { anInstallation, found, told } from './fixtures.ts'
import { keyring } from './keyring.ts'

const KEYS = { keyring_keys: `new:${'5a'.repeat(32)}, old:${'a5'.repeat(32)}`, keyring_enabled: 'on' }

/** An admin-api, as far as this check asks it; returns where it is. */
async function measuring(metrics: string): Promise<string> {
  const server = createServer((_request, response) => response.end(metrics)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on TCP
  return `127.0.0.1:${port}`
}

async function foundWith(settings: Record<string, string>, metrics?: string) {
  const listen = metrics === undefined ? '127.0.0.1:1' : await measuring(metrics)
  return found(keyring, anInstallation('admin-api', { admin_listen: listen, ...settings }))
}

describe('the keyring', () => {
  it.each([
    ['off', {}, undefined, 'ok', 'off: secrets lie in clear'],
    ['of an admin-api that does not run', KEYS, undefined, 'ok', "'new', and 1 more open; how far"],
    ['that has sealed all', KEYS, 'biplane_keyring_left 0\n', 'ok', 'nothing is left to be sealed'],
    ['that seals', KEYS, 'x 1\nbiplane_keyring_left 12\n', 'warning', '12 rows and revisions .* sealed'],
    ['that opens', { ...KEYS, keyring_enabled: 'off' }, 'biplane_keyring_left 3\n', 'warning', '3 .* opened'],
  ] as const)('%s', async (_what, settings, metrics, level, message) => {
    expect(await foundWith(settings, metrics)).toMatchObject([told(level, 'keyring', new RegExp(message))])
  })

  it('is nothing of a node, nor of an admin-api without a database', async () => {
    expect(await found(keyring, anInstallation('dataplane'))).toEqual([])
    expect(await foundWith({ database: 'off' })).toEqual([])
  })
})
