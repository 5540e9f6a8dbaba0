import { X509Certificate } from 'node:crypto'
import { statSync } from 'node:fs'
import { CLUSTER_NAME, certificateDigest } from '@biplane/service'
import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'
import type { Installation } from './installation.ts'
import { judgeIssued } from './issued.ts'

/** Every certificate that the settings name. That it can be read and fits its key, the settings tell. */
export const certificates: Check = {
  name: 'certificates',
  examine({ installation, now }) {
    const { app, settings } = installation
    const findings: Finding[] = []
    for (const name of CERTIFICATES) {
      const pem = [settings[name] ?? []].flat().join('\n')
      if (pem === '') continue
      findings.push(judgeCertificate(name, pem, nameExpectedOf(name, settings), now()))
      findings.push(...keyFile(`${name}_key`, installation.given))
    }
    findings.push(...judgeIssued(installation), ...judgeAccepted(settings, now()))
    if (isSamePair(settings))
      findings.push(
        problem(
          'feed_cert',
          'is the same as cluster_cert: every data plane could follow the feed as a hub',
          'make a pair of its own for the control plane: biplane hybrid gen_cert feed.crt feed.key',
        ),
      )
    if (app === 'dataplane' && installation.given.has('feed_cert_key'))
      findings.push(
        warning(
          'feed_cert_key',
          'is given to a data plane: nodes must not have it',
          'take it away from here',
        ),
      )
    return findings
  },
}

const CERTIFICATES = [
  'feed_cert',
  'cluster_cert',
  'cluster_ca_cert',
  'admin_ssl_cert',
  'admin_client_ca',
  'ssl_cert',
  'client_ssl_cert',
  'status_ssl_cert',
] as const

type CertificateName = (typeof CERTIFICATES)[number]

/** On the links both ends expect one name; what clients of a listener expect, they know. */
function nameExpectedOf(name: CertificateName, { cluster_mtls }: Installation['settings']): string | null {
  if (name === 'feed_cert') return CLUSTER_NAME
  return name === 'cluster_cert' && cluster_mtls !== 'pki' ? CLUSTER_NAME : null
}

function isSamePair({ feed_cert, cluster_cert }: Installation['settings']): boolean {
  if (feed_cert === undefined || cluster_cert === undefined) return false
  return certificateDigest(feed_cert) === certificateDigest(cluster_cert)
}

/** Lists for the time of a replacement: what has ended there does no harm, and is of no use. */
function judgeAccepted(settings: Installation['settings'], now: number): Finding[] {
  return (['feed_cert', 'cluster_cert'] as const).flatMap((name) => {
    const others = (settings[`${name}_accepted`] ?? []).flatMap(pemBlocks)
    if (others.length === 0 || (name === 'cluster_cert' && settings.cluster_mtls === 'pki')) return []
    const subject = `${name}_accepted`
    const ended = others.filter((pem) => new X509Certificate(pem).validToDate.getTime() < now)
    if (ended.length > 0) {
      const digests = ended.map((pem) => certificateDigest(pem).slice(0, 16))
      return warning(subject, `holds what has ended: SHA-256 ${digests.join('…, ')}…`, 'take it out')
    }
    return fine(subject, `${others.length} accepted; take out what no process has any more`)
  })
}

const DAY_MS = 86_400_000
const SOON_DAYS = 30

/**
 * @param pem one certificate or a chain, the end of which may come first
 * @param name what others will look for in it; null for nothing
 */
export function judgeCertificate(subject: string, pem: string, name: string | null, now: number): Finding {
  const chain = pemBlocks(pem).map((block) => new X509Certificate(block))
  const from = Math.max(...chain.map(({ validFromDate }) => validFromDate.getTime()))
  const until = Math.min(...chain.map(({ validToDate }) => validToDate.getTime()))
  const renew = renewal(subject)
  if (now > until) return problem(subject, `ended on ${day(until)}`, renew)
  if (now < from)
    return problem(
      subject,
      `is valid only from ${new Date(from).toISOString()}`,
      `set the clock of this machine, which says ${new Date(now).toISOString()}; or ${renew}`,
    )
  const [first] = chain
  if (name !== null && first?.checkHost(name) === undefined)
    return problem(subject, `is not of the name ${name}, which the other end looks for`, renew)
  const days = Math.floor((until - now) / DAY_MS)
  const validity = `valid until ${day(until)}, ${days === 1 ? '1 day' : `${days} days`}`
  if (days < SOON_DAYS) return warning(subject, validity, renew)
  return fine(subject, `${validity}; SHA-256 ${certificateDigest(pem).slice(0, 16)}…`)
}

function pemBlocks(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [pem]
}

function renewal(subject: string): string {
  return subject === 'feed_cert' || subject === 'cluster_cert'
    ? `make a new pair with biplane hybrid gen_cert and give it to every process that has ${subject}`
    : 'get a new certificate'
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** Nothing where the key is not given as a path, or only its owner may read it. */
function keyFile(setting: string, given: Installation['given']): Finding[] {
  const paths = given.get(setting)?.split(',') ?? []
  return paths.flatMap((written) => {
    const path = written.trim()
    const mode = modeOf(path)
    if (mode === undefined || (mode & 0o077) === 0) return []
    const others = (mode & 0o007) === 0 ? 'its group' : 'every user of this machine'
    return [warning(setting, `${path} may be read by ${others}`, `chmod 600 ${path}`)]
  })
}

/** Undefined for what is no path but the key itself, whatever that looks like to the file system. */
function modeOf(path: string): number | undefined {
  try {
    return statSync(path).mode
  } catch {
    return undefined
  }
}
