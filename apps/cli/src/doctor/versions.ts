import { admit, parseVersion } from '@biplane/compat'
import { type Database, type SchemaStatus, schemaStatus } from '@biplane/database'
import { VERSION } from '@biplane/service'
import { isForbidden } from '../database-error.ts'
import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'
import type { Installation } from './installation.ts'

/** This release against the database and the control plane. Of the nodes, `nodes` tells. */
export const versions: Check = {
  name: 'versions',
  async examine({ installation, contacts }) {
    const findings: Finding[] = []
    const database = await contacts.database()
    if (database.kind === 'reached') findings.push(...(await lookAtSchema(database.db)))
    const admin = await contacts.admin()
    if (admin.kind === 'reached') findings.push(judgeVersion(installation, admin.version, admin.api.url))
    if (admin.kind === 'failed') findings.push(unanswered(admin.error))
    return findings
  },
}

/** Nothing where the user may not look: the check of the database tells that. */
async function lookAtSchema(db: Database): Promise<Finding[]> {
  try {
    return [judgeSchema(await schemaStatus(db))]
  } catch (error) {
    if (isForbidden(error)) return []
    throw error
  }
}

export function judgeSchema({ kind, pending, unknown, faults }: SchemaStatus): Finding {
  const subject = 'the database schema'
  const migrate = `run biplane migrations up, or start an admin-api of release ${VERSION}: it does the same`
  switch (kind) {
    case 'current':
      return fine(subject, `is that of release ${VERSION}`)
    case 'empty':
      return warning(subject, 'was never made', migrate)
    case 'pending':
      return warning(subject, `lacks the migrations ${pending.join(', ')}`, migrate)
    case 'newer':
      return problem(
        subject,
        `is of a newer release: this one does not know the migrations ${unknown.join(', ')}`,
        'use a release at least as new as the one that made them',
      )
    case 'incomplete':
      return problem(
        subject,
        `is only partly there, or another program's (${faults.join('; ')})`,
        'restore it from a complete backup; where another program has these tables, choose another pg_schema',
      )
  }
}

function unanswered(error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error)
  return problem('--admin', message, 'name a running Admin API that this machine can reach, or leave it out')
}

/** Upgrades go hubs, admin-api, nodes: a hub may be newer than its source, and a node older than its hub. */
export function judgeVersion({ app, settings }: Installation, control: string, url: string): Finding {
  const own = settings.reported_version ?? VERSION
  const subject = `the Admin API at ${url}`
  switch (app) {
    case 'admin-api':
      return control === own
        ? fine(subject, `is of this release, ${own}`)
        : warning(
            subject,
            `is of release ${control}, this one is ${own}`,
            'restart it, if it was to be upgraded',
          )
    case 'sync-hub':
      return isOlderMinor(own, control)
        ? problem(
            subject,
            `is of release ${control}; a hub of ${own} does not follow a newer source and serves its copy`,
            'upgrade the hubs first, then the admin-api, then the nodes',
          )
        : fine(subject, `is of release ${control}, which a hub of ${own} follows`)
    case 'dataplane': {
      const admission = admit(control, { nodeId: app, version: own })
      return admission.kind === 'refused'
        ? problem(
            subject,
            admission.withheld.message,
            'upgrade the control plane first, or take another release here',
          )
        : fine(subject, `is of release ${control}, which serves nodes of ${own}`)
    }
  }
}

function isOlderMinor(own: string, other: string): boolean {
  const [a, b] = [parseVersion(own), parseVersion(other)]
  if (a === undefined || b === undefined) return false
  return a.major === b.major ? a.minor < b.minor : a.major < b.major
}
