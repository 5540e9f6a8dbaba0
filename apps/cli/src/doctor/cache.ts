import { constants, existsSync, readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { examineStore, type StoreKey, type StoreReport, storeKeyOf } from '@biplane/config-store'
import { NOWHERE, samePosition } from '@biplane/protocol'
import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'
import type { Installation } from './installation.ts'
import { obstacleTo } from './obstacle.ts'

/** The copy of the config that a hub or a node starts with. */
export const cache: Check = {
  name: 'cache',
  // Reading a large one takes its time.
  limitMs: 300_000,
  async examine({ installation: { app, settings }, signal }) {
    const { lmdb_environment_path: folder, lmdb_map_size: limit } = settings
    if (folder === undefined) return []
    const obstacle = obstacleTo(folder, constants.R_OK | constants.X_OK)
    if (obstacle === 'EACCES') return [closed(folder)]
    if (obstacle !== null && obstacle !== 'ENOENT') return [] // the check of folders tells what is in the way
    const report = await examineStore(folder, keysOf(settings), signal)
    return [
      judgeStore(folder, app, report),
      ...(report.kind === 'whole' ? judgeSize(folder, report.bytes, limit) : []),
      ...asides(folder),
    ]
  },
}

/** What a process moves out of its way, by the end of its name. */
const ASIDES = [
  {
    sort: 'damaged',
    what: 'was moved aside as damaged',
    remedy: 'see the log of that time, and whether the disk is sound; then remove it',
  },
  {
    sort: 'locked',
    what: 'was moved aside since no key opened it',
    remedy: 'the log of that time names the key that does; remove it when it is not needed',
  },
]

/** Where the private key is missing or wrong, the check of settings says so. */
function keysOf(settings: Installation['settings']): StoreKey[] {
  const { cluster_cert_key: key, cluster_cert_key_previous: previous = [] } = settings
  return [...(key === undefined ? [] : [key]), ...previous].map(storeKeyOf)
}

function closed(folder: string): Finding {
  return problem(
    folder,
    `this user (uid ${process.getuid?.()}) may not look into it`,
    'run this as the user of the app',
  )
}

function judgeStore(folder: string, app: string, report: StoreReport): Finding {
  switch (report.kind) {
    case 'missing':
      return fine(folder, `not there yet: the ${app} fills it from its source`)
    case 'unusable':
      return problem(
        folder,
        `cannot be used: ${report.reason}`,
        `the ${app} moves it aside at its next start and asks its source for another; where that is away, put a copy of a sound one here (biplane cache export)`,
      )
    case 'locked':
      return problem(
        folder,
        `cannot be read: ${report.reason}`,
        `name that key in cluster_cert_key_previous; otherwise the ${app} moves it aside at its next start and asks its source for another`,
      )
    case 'whole': {
      if (samePosition(report.position, NOWHERE))
        return warning(
          folder,
          'has received no config yet',
          'see the links: it is filled when a source is reached',
        )
      const { revision, hash } = report.position
      const how = report.readInFull ? 'read in full' : `in use by process ${report.owner}`
      const form = report.encrypted ? ', encrypted' : ''
      return fine(folder, `revision ${revision}, hash ${hash}, ${how}${form}`)
    }
  }
}

/** What is used of a size that an operator has set. */
function judgeSize(
  folder: string,
  bytes: number,
  limit: Installation['settings']['lmdb_map_size'],
): Finding[] {
  if (limit === undefined || !limit.limit || bytes < limit.bytes * 0.8) return []
  const remedy = 'raise lmdb_map_size: a config that does not fit is rejected'
  return [warning(folder, `uses ${Math.round((100 * bytes) / limit.bytes)} % of lmdb_map_size`, remedy)]
}

function asides(folder: string): Finding[] {
  const parent = dirname(folder)
  if (!existsSync(parent)) return []
  return ASIDES.flatMap(({ sort, what, remedy }) => {
    const names = readdirSync(parent).filter((name) => name.startsWith(`${basename(folder)}.${sort}-`))
    return names.map((name) => warning(`${parent}/${name}`, what, remedy))
  })
}
