import type { X509Certificate } from 'node:crypto'
import { certificatesIn, namedNode } from '@biplane/protocol/stream'
import { type Finding, fine, problem, warning } from './finding.ts'
import type { Installation } from './installation.ts'

/** What a certificate is for, as extended key usages name it. */
const FOR = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' } as const

/** The steps that a hub goes from a certificate to its root: three intermediates, and the root. */
const MOST_STEPS = 4

/** What of cluster_cert matters only where an authority issued it: cluster_mtls=pki. */
export function judgeIssued({ app, settings }: Installation): Finding[] {
  const { cluster_mtls, cluster_cert, cluster_ca_cert } = settings
  if (cluster_mtls !== 'pki' || cluster_cert === undefined) return []
  const [own, ...sent] = certificatesIn(cluster_cert)
  if (own === undefined) return []
  return [
    ...judgeUsage(own, app === 'dataplane' ? 'clientAuth' : 'serverAuth'),
    ...(app === 'dataplane' ? judgeNode(own, settings.node_id ?? null) : []),
    // A node may leave it out, and trusts then whom its machine trusts.
    ...(cluster_ca_cert ? judgeChain(own, sent, certificatesIn(cluster_ca_cert)) : []),
  ]
}

function judgeUsage({ keyUsage: usages }: X509Certificate, wanted: keyof typeof FOR): Finding[] {
  const other = wanted === 'clientAuth' ? 'serverAuth' : 'clientAuth'
  if (usages !== undefined && !usages.includes(FOR[wanted]))
    return [problem('cluster_cert', `is not for ${wanted}, and so refused by the other end`, reissue(wanted))]
  if (wanted === 'serverAuth' || (usages !== undefined && !usages.includes(FOR[other]))) return []
  return [warning('cluster_cert', 'is for servers too: whoever steals it can pose as a hub', reissue(wanted))]
}

const reissue = (usage: string): string => `issue it with the extended key usage ${usage} alone`

function judgeNode(own: X509Certificate, nodeId: string | null): Finding[] {
  const named = namedNode(own.toLegacyObject().subject)
  if (named === null)
    return [
      warning(
        'cluster_cert',
        'names no node: whoever has it can report for any node whose certificate names none',
        'issue it with the id of the node as its common name, as biplane hybrid gen_pki does',
      ),
    ]
  if (nodeId === null || nodeId === named) return []
  return [
    problem(
      'node_id',
      `is not the node of cluster_cert, ${named}`,
      'leave it out, or issue a certificate for it',
    ),
  ]
}

function judgeChain(
  own: X509Certificate,
  sent: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
): Finding[] {
  let steps = 0
  let last = own
  for (; !last.checkIssued(last) && steps <= MOST_STEPS; steps += 1) {
    const issuer = [...trusted, ...sent].find((one) => last.checkIssued(one) && last.verify(one.publicKey))
    if (issuer === undefined) break
    last = issuer
  }
  if (steps > MOST_STEPS)
    return [
      problem(
        'cluster_cert',
        `is more than ${MOST_STEPS} steps away from its root`,
        'issue it with fewer intermediates',
      ),
    ]
  if (
    !trusted.some(({ fingerprint256 }) => fingerprint256 === last.fingerprint256) ||
    !last.checkIssued(last)
  )
    return [
      problem(
        'cluster_cert',
        `leads to no root in cluster_ca_cert: nobody there issued ${nameOf(last)}`,
        'give cluster_ca_cert the root that issued it, and cluster_cert the intermediates between, after its own',
      ),
    ]
  const between = steps === 1 ? 'directly' : `over ${steps - 1} between`
  return [fine('cluster_ca_cert', `issued cluster_cert, ${between}`)]
}

/** In one line. A certificate may have no subject at all, which the types of Node do not know. */
function nameOf({ subject }: { readonly subject?: string }): string {
  return subject?.replaceAll('\n', ', ') ?? 'a certificate without a subject'
}
