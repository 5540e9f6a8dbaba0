import { type CertificateWish, generateCertificate } from '@biplane/service'
import { expect, it } from 'vitest'
import { certificates } from './certificates.ts'
import { anInstallation, found, told } from './fixtures.ts'

const NODE = 'a9ffe0a7-0a4f-4c4c-8d62-5ea6e3b9b1f1'
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const aYear: CertificateWish = { commonName: NODE, dnsNames: [], days: 365, now: new Date() }
const authority = (commonName: string) => ({ ...aYear, commonName, authority: true })

const root = await generateCertificate(authority('root'))
const above = [root]
for (let step = 1; step <= 4; step++)
  above.push(await generateCertificate(authority(`step ${step}`), above.at(-1)))
const issue = (wish: Partial<CertificateWish>, issuer = root) =>
  generateCertificate({ ...aYear, ...wish }, issuer)
const stranger = await generateCertificate(authority('another'))

const CLIENT = { usages: ['client'] } as const
const SERVER = { usages: ['server'], commonName: 'hub' } as const
const CASES: [string, 'dataplane' | 'sync-hub', Awaited<ReturnType<typeof issue>>, object[], object?][] = [
  [
    'a node',
    'dataplane',
    await issue(CLIENT),
    [told('ok', 'cluster_ca_cert', 'issued cluster_cert, directly')],
  ],
  ['a hub', 'sync-hub', await issue(SERVER), [told('ok', 'cluster_ca_cert', 'directly')]],
  [
    'a node that may pose as a hub',
    'dataplane',
    await issue({}),
    [told('warning', 'cluster_cert', 'pose as a hub'), {}],
  ],
  [
    'a node with that of a hub',
    'dataplane',
    await issue({ ...SERVER, commonName: NODE }),
    [told('problem', 'cluster_cert', 'not for clientAuth'), {}],
  ],
  [
    'a hub with that of a node',
    'sync-hub',
    await issue(CLIENT),
    [told('problem', 'cluster_cert', 'not for serverAuth'), {}],
  ],
  [
    'a node of no name',
    'dataplane',
    await issue({ ...CLIENT, commonName: 'x' }),
    [told('warning', 'cluster_cert', 'names no node'), {}],
  ],
  [
    'three intermediates',
    'dataplane',
    await issue(CLIENT, above[3]),
    [told('ok', 'cluster_ca_cert', 'over 3 between')],
  ],
  [
    'four intermediates',
    'dataplane',
    await issue(CLIENT, above[4]),
    [told('problem', 'cluster_cert', 'more than 4 steps')],
  ],
  [
    'another authority',
    'dataplane',
    await issue(CLIENT, stranger),
    [told('problem', 'cluster_cert', 'leads to no root')],
  ],
  [
    'another id',
    'dataplane',
    await issue(CLIENT),
    [told('problem', 'node_id', `not the node of cluster_cert, ${NODE}`), {}],
    { node_id: 'b9ffe0a7-0a4f-4c4c-8d62-5ea6e3b9b1f1' },
  ],
]

it.each(CASES)('in mode pki, of %s', async (_what, app, { cert, key }, expected, more = {}) => {
  const installation = anInstallation(app, {
    ...{ cluster_mtls: 'pki', cluster_ca_cert: base64(root.cert) },
    ...{ cluster_cert: base64(cert), cluster_cert_key: base64(key), ...more },
  })
  const findings = await found(certificates, installation)
  expect(findings.slice(0, 2)).toMatchObject([
    told('ok', 'cluster_cert', 'valid until'),
    told('ok', 'cluster_ca_cert', 'valid until'),
  ])
  expect(findings.slice(2)).toMatchObject(expected)
})

it('tells of certificates that are accepted besides, and which of them have ended', async () => {
  const [own, next] = [await generateCertificate(aYear), await generateCertificate(aYear)]
  const old = await generateCertificate({ ...aYear, now: new Date(Date.now() - 400 * 86_400_000) })
  const accepting = async (...certs: string[]) => {
    const pair = { cluster_cert: base64(own.cert), cluster_cert_key: base64(own.key) }
    const settings = { ...pair, cluster_cert_accepted: base64(certs.join('')) }
    return (await found(certificates, anInstallation('dataplane', settings))).slice(1)
  }
  expect(await accepting(next.cert)).toMatchObject([told('ok', 'cluster_cert_accepted', '1 accepted')])
  expect(await accepting(next.cert, old.cert)).toMatchObject([
    told('warning', 'cluster_cert_accepted', 'has ended'),
  ])
})
