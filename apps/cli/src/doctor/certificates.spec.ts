import { CLUSTER_NAME, generateCertificate } from '@biplane/service'
import { expect, it } from 'vitest'
import { judgeCertificate } from './certificates.ts'

const DAY = 86_400_000
const made = new Date('2026-01-01T00:00:00Z')
const at = (days: number): number => made.getTime() + days * DAY
const { cert } = await generateCertificate({
  commonName: CLUSTER_NAME,
  dnsNames: [CLUSTER_NAME],
  days: 100,
  now: made,
})
const { cert: other } = await generateCertificate({
  commonName: 'x',
  dnsNames: ['a.example'],
  days: 40,
  now: made,
})

it.each([
  ['is fresh', 'ok', 1, /^valid until 2026-04-11, 99 days; SHA-256 [0-9a-f]{16}…$/],
  ['ends in 30 days', 'ok', 70, /30 days/],
  ['ends in 29 days', 'warning', 71, /29 days/],
  ['ends tomorrow', 'warning', 98.5, /1 day$/],
  ['has ended', 'problem', 101, /^ended on 2026-04-11$/],
  ['is of the future, by this clock', 'problem', -1, /^is valid only from 2025-12-31T23:55:00/],
])('a certificate that %s: %s', (_what, level, days, message) => {
  expect(judgeCertificate('cluster_cert', cert, CLUSTER_NAME, at(days))).toMatchObject({
    level,
    message: expect.stringMatching(message),
  })
})

it('is not good for a link when it is of another name', () => {
  expect(judgeCertificate('feed_cert', other, CLUSTER_NAME, at(1))).toMatchObject({
    level: 'problem',
    message: expect.stringContaining('is not of the name kong_clustering'),
  })
  expect(judgeCertificate('ssl_cert', other, null, at(1))).toMatchObject({ level: 'ok' })
})

it('ends with the first of its chain', () => {
  expect(judgeCertificate('ssl_cert', cert + other, null, at(50))).toMatchObject({
    level: 'problem',
    message: 'ended on 2026-02-10',
    remedy: 'get a new certificate',
  })
})
