import { generateClusterPair } from '@biplane/service'
import { expect, it } from 'vitest'
import { anInstallation, found, told } from './fixtures.ts'
import { settings } from './settings.ts'

const { cert, key } = await generateClusterPair()
const other = await generateClusterPair()
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const sound = { cluster_cert: base64(cert), cluster_cert_key: base64(key) }

it('tells every problem that the app would refuse to start for', async () => {
  const wrong = { cluster_cert: sound.cluster_cert, log_level: 'loud', proxy_listen: 'nowhere' }
  expect(await found(settings, anInstallation('dataplane', wrong))).toEqual([
    expect.objectContaining(told('problem', 'log_level', 'is loud')),
    expect.objectContaining(told('problem', 'proxy_listen', 'is nowhere')),
    expect.objectContaining(told('problem', 'cluster_cert_key', 'is missing')),
  ])
})

it('tells a key that belongs to another certificate, and shows nothing of it', async () => {
  const wrong = { ...sound, cluster_cert_key: base64(other.key) }
  const findings = await found(settings, anInstallation('dataplane', wrong))
  expect(findings).toMatchObject([
    { level: 'problem', message: 'is ******', remedy: 'give the private key that belongs to cluster_cert' },
  ])
})

it.each([
  ['proxy_lissen', 'write proxy_listen, if that was meant'],
  ['anonymous_reports', 'take it away, or correct its name'],
])('warns of %s, which no app has', async (name, remedy) => {
  expect(await found(settings, anInstallation('dataplane', { ...sound, [name]: 'x' }))).toMatchObject([
    { level: 'ok', message: '2 settings are given, all right' },
    { level: 'warning', subject: name, remedy },
  ])
})

it('warns of an Admin API that other machines can reach and that asks nobody', async () => {
  const pair = { feed_cert: sound.cluster_cert, feed_cert_key: sound.cluster_cert_key }
  const warnings = async (more: Record<string, string>) =>
    (await found(settings, anInstallation('admin-api', { ...pair, ...more }))).filter(
      ({ level }) => level !== 'ok',
    )
  expect(await warnings({})).toEqual([])
  expect(await warnings({ admin_listen: '0.0.0.0:8001' })).toEqual([
    expect.objectContaining(told('warning', 'admin_listen', '0.0.0.0:8001 may change everything')),
  ])
  const admin_tokens = `ci:write:sha256:${'a'.repeat(64)}`
  expect(await warnings({ admin_listen: '0.0.0.0:8444 ssl', admin_tokens })).toEqual([])
})
