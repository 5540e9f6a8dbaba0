import { createPrivateKey, X509Certificate } from 'node:crypto'
import { lookup } from 'node:dns/promises'
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
  readonly pair: { readonly cert: string; readonly key: string }
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
  // There hub and node show different certificates: what of them does not fit, only their logs tell.
  if (app === 'dataplane' && settings.cluster_mtls === 'pki') return null
  // Only the proxy can get there, and whether it does is in the log of the node.
  if (app === 'dataplane' && settings.cluster_use_proxy === true) return null
  if (app === 'dataplane' && settings.cluster_control_plane !== undefined && cluster !== null)
    return {
      setting: 'cluster_control_plane',
      addresses: settings.cluster_control_plane,
      pair: cluster,
      shown: 'cluster_cert',
      source: 'a hub (its cluster_listen)',
      others: new Map(feed === null ? [] : [['feed_cert', certificateDigest(feed.cert)]]),
    }
  if (app === 'sync-hub' && settings.cluster_feed !== undefined && feed !== null)
    return {
      setting: 'cluster_feed',
      addresses: settings.cluster_feed,
      pair: feed,
      shown: 'feed_cert',
      source: 'an admin-api (its feed_listen)',
      others: new Map(cluster === null ? [] : [['cluster_cert', certificateDigest(cluster.cert)]]),
    }
  return null
}

/** Null for halves of two pairs too, which the check of settings tells of. */
function pairOf(cert: string | undefined, key: string | undefined): Line['pair'] | null {
  if (cert === undefined || key === undefined) return null
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : null
}

const PATIENCE_MS = 5000

async function follow(address: Address, line: Line): Promise<Finding> {
  const subject = `${line.setting} ${formatAddress(address)}`
  let hosts: readonly string[]
  try {
    hosts = (await lookup(address.host, { all: true })).map((each) => each.address)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return problem(
      subject,
      `the host has no address (${code})`,
      `check its name in ${line.setting}, and the DNS`,
    )
  }
  let outcome: LinkOutcome = { kind: 'unreachable', code: 'ENOTFOUND' }
  for (const host of hosts) {
    outcome = await probeLink({ host, port: address.port, pair: line.pair, patienceMs: PATIENCE_MS })
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
  const alike = `give both ends the same ${shown} and ${shown}_key`
  switch (outcome.kind) {
    case 'unreachable':
      return [unreachable(outcome.code), `see whether ${source} runs there, and check ${setting}`]
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
        `shows another certificate (${theirs}) than ours (${certificateDigest(line.pair.cert)})`,
        `${alike}; or the address is one of another cluster`,
      ]
    }
    case 'unverified':
      return [
        `shows our certificate, which is not good (${outcome.reason})`,
        `see what is said of ${shown} above`,
      ]
    case 'refused':
      return [`refused us: ${outcome.reason}`, alike]
    case 'closed':
      return [
        `closed the connection without a word after the handshake: so do our servers refuse a certificate that they do not accept (ours has SHA-256 ${certificateDigest(line.pair.cert)})`,
        `look for 'refused a connection' in the log of the other end, and ${alike}; or something between them, such as a balancer, has nobody to pass the connection to`,
      ]
    case 'silent':
      return [`said nothing after the ${outcome.after}`, `${elsewhere}; or it hangs: restart it`]
  }
}

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
