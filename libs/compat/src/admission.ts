import type { WithheldReason } from '@biplane/protocol'
import { parseVersion } from './version.ts'

/** Whether a node may be sent config at all, judged by the versions of both sides. */
export type Admission =
  | { readonly kind: 'admitted'; readonly reason: 'same_major_minor' | 'dp_minor_older' }
  | { readonly kind: 'refused'; readonly reason: Refusal; readonly withheld: WithheldReason }
  /** Not a node: it said too little of itself to be listed or served. Its stream is ended. */
  | { readonly kind: 'unidentified'; readonly reason: 'dp_node_id_missing' | 'dp_version_missing' }

export type Refusal = 'cp_version_unparseable' | 'dp_version_unparseable' | 'major_differs' | 'dp_minor_newer'

/**
 * A node may be of the same major and of the same or an older minor version, however old. Patch is never looked at.
 *
 * @param cpVersion the version of the hub the node is attached to: it is the hub that has to know the node's rules
 */
export function admit(
  cpVersion: string,
  node: { readonly nodeId?: string | null; readonly version?: string | null },
): Admission {
  if (!node.nodeId) return { kind: 'unidentified', reason: 'dp_node_id_missing' }
  if (!node.version) return { kind: 'unidentified', reason: 'dp_version_missing' }
  const dpVersion = node.version
  const refuse = (reason: Refusal, message: string): Admission => ({
    kind: 'refused',
    reason,
    withheld: { kind: 'kong_version_incompatible', message },
  })

  const cp = parseVersion(cpVersion)
  const dp = parseVersion(dpVersion)
  if (!cp) return refuse('cp_version_unparseable', `the control plane's version '${cpVersion}' is no version`)
  if (!dp) return refuse('dp_version_unparseable', `the data plane's version '${dpVersion}' is no version`)
  if (cp.major !== dp.major) {
    const accepted = `${cp.major}.x.y`
    return refuse(
      'major_differs',
      `data plane version ${dpVersion} is of another major version than control plane version ${cpVersion}, which accepts ${accepted}`,
    )
  }
  if (dp.minor > cp.minor) {
    return refuse(
      'dp_minor_newer',
      `control plane version ${cpVersion} is older than data plane version ${dpVersion}; upgrade the control plane first`,
    )
  }
  return { kind: 'admitted', reason: dp.minor === cp.minor ? 'same_major_minor' : 'dp_minor_older' }
}
