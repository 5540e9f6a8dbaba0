import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateClusterPair } from '@biplane/service'
import { describe, expect, it } from 'vitest'
import { aFolder } from '../fixtures/run.ts'
import { certificates } from './certificates.ts'
import { anInstallation, found, told } from './fixtures.ts'

const [cluster, feed] = await Promise.all([generateClusterPair(), generateClusterPair()])
const fault = (...expected: Parameters<typeof told>): object => expect.objectContaining(told(...expected))

/** The paths of a pair in a folder, its key with this mode. */
function files(name: string, pair: typeof cluster, mode = 0o600): Record<string, string> {
  const folder = aFolder()
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
  writeFileSync(cert, pair.cert)
  writeFileSync(key, pair.key, { mode })
  return { [`${name}_cert`]: cert, [`${name}_cert_key`]: key }
}

const OK = [told('ok', 'feed_cert', 'valid until'), told('ok', 'cluster_cert', 'valid until')]

describe('the pairs of a hub', () => {
  it('are well', async () => {
    const hub = anInstallation('sync-hub', { ...files('feed', feed), ...files('cluster', cluster) })
    expect(await found(certificates, hub)).toEqual(OK)
  })

  it('are two, since a node must not be able to follow the feed', async () => {
    const hub = anInstallation('sync-hub', { ...files('feed', cluster), ...files('cluster', cluster) })
    expect(await found(certificates, hub)).toEqual([
      ...OK,
      fault('problem', 'feed_cert', 'the same as cluster_cert'),
    ])
  })

  it.each([
    [0o640, 'its group'],
    [0o644, 'every user of this machine'],
  ])('have keys that nobody else may read (mode %o)', async (mode, others) => {
    const hub = anInstallation('sync-hub', { ...files('feed', feed, mode), ...files('cluster', cluster) })
    expect(await found(certificates, hub)).toEqual([
      OK[0],
      fault('warning', 'feed_cert_key', `may be read by ${others}`),
      OK[1],
    ])
  })
})

it('a node has no key of the feed', async () => {
  const node = anInstallation('dataplane', { ...files('feed', feed), ...files('cluster', cluster) })
  expect(await found(certificates, node)).toEqual([
    OK[1],
    fault('warning', 'feed_cert_key', 'nodes must not have it'),
  ])
})
