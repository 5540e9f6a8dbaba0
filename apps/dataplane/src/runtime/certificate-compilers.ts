import {
  type CaCertificate,
  type Certificate,
  certificate,
  referenceablePaths,
  type Sni,
} from '@biplane/entities'
import { resolveRow, type Secrets } from '../vaults/resolve-row.ts'
import {
  type Certificates,
  withAuthority,
  withName,
  withoutAuthority,
  withoutName,
  withoutPair,
  withPair,
  withUnresolved,
} from './certificates.ts'
import type { Parts } from './compile.ts'
import type { KindCompiler } from './kind-compilers.ts'

const REFERENCES = referenceablePaths(certificate.fields)

/** Those of what connections are made with. A certificate whose vault has nothing for it is left out: others can be served. */
export function certificateCompilers(
  secrets: Secrets,
): Readonly<Record<'certificates' | 'snis' | 'ca_certificates', KindCompiler>> {
  return {
    certificates: {
      put: (parts, entity) => {
        const row = entity as Certificate
        const resolved = resolveRow(row, REFERENCES, () => parts.vaults.known.values(), secrets)
        return within(parts, (all) => {
          if ('message' in resolved) return withUnresolved(all, row, resolved.message)
          return withPair(all, resolved.row, resolved.told.size > 0 ? row : null)
        })
      },
      remove: (parts, id) => within(parts, (all) => withoutPair(all, id)),
    },
    snis: {
      put: (parts, entity) => within(parts, (all) => withName(all, entity as Sni)),
      remove: (parts, id) => within(parts, (all) => withoutName(all, id)),
    },
    ca_certificates: {
      put: (parts, entity) => within(parts, (all) => withAuthority(all, entity as CaCertificate)),
      remove: (parts, id) => within(parts, (all) => withoutAuthority(all, id)),
    },
  }
}

function within(parts: Parts, change: (all: Certificates) => Certificates): Parts {
  return { ...parts, certificates: change(parts.certificates) }
}
