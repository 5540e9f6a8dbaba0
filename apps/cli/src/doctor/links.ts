import { createPrivateKey, X509Certificate } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { certificatesIn, type FollowerTls, type ForwardProxy, forwardProxy } from '@biplane/protocol/stream'
import { type Address, certificateDigest, formatAddress } from '@biplane/service'
import type { Check } from './check.ts'
import { type Finding, fine, problem } from './finding.ts'
import type { Installation } from './installation.ts'
import { type LinkOutcome, probeLink } from './probe-link.ts'

/** Whether each hub that a node may follow, or each feed that a hub may, can be reached and lets this app in. */
export const links: Check = {
  name: 'links',
  limitMs: 60_000,
  async examine({ installation }) {
    const line = lineOf(installation)
    if (line === null) return []
    const tried = await Promise.all(line.addresses.map((address) => follow(address, line)))
    const works = tried.some(({ level }) => level !== 'problem')
    // One that works is enough for today.
    return tried.map((finding) =>
      finding.level === 'problem' && works ? { ...finding, level: 'warning' } : finding,
    )
  },
}

/** What an app follows, and what it shows there. */
interface Line {
  readonly setting: string
  readonly addresses: readonly Address[]
  readonly tls: FollowerTls
  /** What stands before all of the addresses, if anything. */
  readonly proxy: ForwardProxy | null
  readonly mode: 'shared' | 'pki'
  /** The setting that its certificate comes from. */
  readonly shown: string
  /** What listens at the other end, and the setting by which it does. */
  readonly source: string
  /** Certificates of other links, by setting: one of them tells that an address was confused with another. */
  readonly others: ReadonlyMap<string, string>
}

function lineOf({ app, settings }: Installation): Line | null {
  const { cluster_cert, cluster_cert_key, feed_cert, feed_cert_key } = settings
  const cluster = pairOf(cluster_cert, cluster_cert_key)
  const feed = pairOf(feed_cert, feed_cert_key)
  if (app === 'dataplane' && settings.cluster_control_plane !== undefined && cluster !== null)
    return {
      setting: 'cluster_control_plane',
      addresses: settings.cluster_control_plane,
      tls: { credentials: () => cluster, sources: () => hubsOf(settings) },
      proxy: forwardProxy(settings),
      mode: hubsOf(settings).kind,
      shown: 'cluster_cert',
      source: 'a hub (its cluster_listen)',
      others: new Map(feed === null ? [] : [['feed_cert', certificateDigest(feed.cert)]]),
    }
  if (app === 'sync-hub' && settings.cluster_feed !== undefined && feed !== null)
    return {
      setting: 'cluster_feed',
      addresses: settings.cluster_feed,
      tls: {
        credentials: () => feed,
        sources: () => ({ kind: 'shared', accepted: acceptedIn(settings.feed_cert_accepted) }),
      },
      proxy: null,
      mode: 'shared',
      shown: 'feed_cert',
      source: 'an admin-api (its feed_listen), or a hub (its relay_listen),',
      others: new Map(cluster === null ? [] : [['cluster_cert', certificateDigest(cluster.cert)]]),
    }
  return null
}

function hubsOf(settings: Installation['settings']): ReturnType<NonNullable<FollowerTls['sources']>> {
  const { cluster_mtls, cluster_ca_cert = null, cluster_server_name = null, cluster_cert_accepted } = settings
  return cluster_mtls === 'pki'
    ? { kind: 'pki', authorities: cluster_ca_cert, serverName: cluster_server_name }
    : { kind: 'shared', accepted: acceptedIn(cluster_cert_accepted) }
}

function acceptedIn(files: readonly string[] = []): string[] {
  return files.flatMap(certificatesIn).map(String)
}

type CertificateAndKey = ReturnType<FollowerTls['credentials']>

/** Null for halves of two pairs too, which the check of settings tells of. */
function pairOf(cert: string | undefined, key: string | undefined): CertificateAndKey | null {
  if (cert === undefined || key === undefined) return null
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : null
}

const PATIENCE_MS = 5000

async function follow(address: Address, line: Line): Promise<Finding> {
  const subject = `${line.setting} ${formatAddress(address)}`
  const [nearest, setting] = line.proxy === null ? [address, line.setting] : [line.proxy, 'proxy_server']
  let hosts: readonly string[]
  try {
    hosts = (await lookup(nearest.host, { all: true })).map((each) => each.address)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return problem(
      subject,
      `the host${line.proxy === null ? '' : ' of the proxy'} has no address (${code})`,
      `check its name in ${setting}, and the DNS`,
    )
  }
  let outcome: LinkOutcome = { kind: 'unreachable', code: 'ENOTFOUND' }
  for (const host of hosts) {
    const target = { host, port: nearest.port, address: formatAddress(address) }
    outcome = await probeLink({ ...target, tls: line.tls, proxy: line.proxy, patienceMs: PATIENCE_MS })
    if (outcome.kind !== 'unreachable') break
  }
  return toFinding(subject, outcome, line)
}

function toFinding(subject: string, outcome: LinkOutcome, line: Line): Finding {
  return outcome.kind === 'accepted'
    ? fine(subject, 'reached; each end accepts the certificate of the other')
    : problem(subject, ...explain(outcome, line))
}

type Failed = Exclude<LinkOutcome, { kind: 'accepted' }>

function explain(outcome: Failed, line: Line): [message: string, remedy: string] {
  const { setting, shown, source } = line
  const elsewhere = `name the address of ${source} in ${setting}`
  const alike = line.mode === 'pki' ? FIT : `give both ends the same ${shown} and ${shown}_key`
  const own = certificateDigest(line.tls.credentials().cert)
  switch (outcome.kind) {
    case 'unreachable':
      return line.proxy === null
        ? [unreachable(outcome.code), `see whether ${source} runs there, and check ${setting}`]
        : [`the proxy ${formatAddress(line.proxy)}: ${unreachable(outcome.code)}`, 'check proxy_server']
    case 'no-tunnel':
      return [outcome.reason, `check proxy_server and ${setting}, and what the proxy allows`]
    case 'no-tls':
      return [`what listens there does not speak TLS (${outcome.reason})`, elsewhere]
    case 'other-protocol':
      return [`what listens there speaks TLS, and is no end of such a link (${outcome.reason})`, elsewhere]
    case 'stranger': {
      const [confused] = [...line.others].find(([, digest]) => digest === outcome.digest) ?? []
      if (confused !== undefined)
        return [`shows ${confused}: another link of this cluster listens there`, elsewhere]
      const theirs = `${outcome.name}, SHA-256 ${outcome.digest}`
      return [
        `shows another certificate (${theirs}) than ours (${own})`,
        `${alike}; or the address is one of another cluster`,
      ]
    }
    case 'untrusted':
      return [
        `shows a certificate (${outcome.name}) that we do not trust: ${outcome.reason}`,
        'see whether cluster_ca_cert here is the authority that issued the certificate of the hub, for servers, and cluster_server_name, or else the host, a name in it',
      ]
    case 'unverified':
      return [
        `shows our certificate, which is not good (${outcome.reason})`,
        `see what is said of ${shown} above`,
      ]
    case 'refused':
      return [`refused us: ${outcome.reason}`, alike]
    case 'closed':
      return [
        `closed the connection without a word after the handshake: so do our servers refuse a certificate that they do not accept (ours has SHA-256 ${own})`,
        `look for 'refused a connection' in the log of the other end, and ${alike}; or something between them, such as a balancer, has nobody to pass the connection to`,
      ]
    case 'silent':
      return [`said nothing after the ${outcome.after}`, `${elsewhere}; or it hangs: restart it`]
  }
}

/** In mode pki each end has a certificate of its own. */
const FIT =
  'see whether cluster_ca_cert of the hub is the authority that issued cluster_cert, for clients, and whether it was revoked'

function unreachable(code: string): string {
  const reason = UNREACHABLE.get(code)
  return reason === undefined ? `cannot be reached (${code})` : `${reason} (${code})`
}

const UNREACHABLE = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  [
    'ETIMEDOUT',
    'no answer: the machine is off, or something on the way drops what we send, such as a firewall',
  ],
  ['EHOSTUNREACH', 'there is no way to that machine'],
  ['ENETUNREACH', 'there is no way to that network'],
])
