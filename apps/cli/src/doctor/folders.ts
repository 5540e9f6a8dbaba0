import { constants, existsSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'
import type { Installation } from './installation.ts'
import { obstacleTo } from './obstacle.ts'

/** Where the app keeps what outlives it. */
export const folders: Check = {
  name: 'folders',
  examine({ installation: { settings } }) {
    const { prefix, lmdb_environment_path: config } = settings
    const outside = config !== undefined && prefix !== undefined && !config.startsWith(`${prefix}/`)
    return [
      ...(prefix === undefined ? [] : [lookAt('prefix', prefix), ...identityIn(prefix, settings)]),
      ...(outside ? [lookAt('lmdb_environment_path', config)] : []),
    ]
  },
}

function lookAt(setting: string, folder: string): Finding {
  const subject = `${setting} ${folder}`
  const existing = nearestExisting(folder)
  const loose = looseLink(folder)
  if (loose !== null)
    return problem(
      subject,
      `${loose} is a link to what is not there`,
      `mount or make what it leads to, or choose another ${setting}`,
    )
  if (!statSync(existing).isDirectory())
    return problem(subject, `${existing} is no folder`, `move it away, or choose another ${setting}`)
  const obstacle = obstacleTo(existing, constants.W_OK | constants.X_OK)
  if (obstacle === 'EROFS')
    return problem(
      subject,
      `the file system of ${existing} is read-only`,
      `mount it so that it can be written, or choose another ${setting}`,
    )
  if (obstacle !== null)
    return problem(
      subject,
      `this user (uid ${process.getuid?.()}) may not write to ${existing}`,
      `let the user of the app write there (chown), or choose another ${setting}`,
    )
  if (existing !== folder) return fine(subject, `will be made in ${existing}`)
  if ((statSync(folder).mode & 0o002) !== 0)
    return warning(subject, 'may be written by every user of this machine', `chmod o-w ${folder}`)
  return fine(subject, 'may be written')
}

/** Of a hub or a node: an admin-api has a new id with each start. */
function identityIn(prefix: string, { node_id, cluster_cert }: Installation['settings']): Finding[] {
  const file = join(prefix, 'kong.id')
  if (node_id !== null || cluster_cert === undefined || !existsSync(file)) return []
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(readFileSync(file, 'utf8').trim())
  const remedy = 'put the former id back if tools know it; else let it be, the app makes another'
  return isUuid ? [] : [warning(file, 'holds no UUID', remedy)]
}

/** The path itself, or what there is of the path to it. */
export function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path))
}

/** On the path, one that leads nowhere: what is missing cannot be made through it. */
function looseLink(path: string): string | null {
  if (existsSync(path)) return null
  return isLink(path) ? path : looseLink(dirname(path))
}

function isLink(path: string): boolean {
  try {
    return readlinkSync(path) !== ''
  } catch {
    return false // no link, or nothing at all
  }
}
