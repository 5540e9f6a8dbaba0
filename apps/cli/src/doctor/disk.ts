import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'
import { nearestExisting } from './folders.ts'

/** Room for the copy of the config: while a snapshot arrives there are two, and a third for a moment. */
export const disk: Check = {
  name: 'disk',
  examine({ installation: { settings } }) {
    const { lmdb_environment_path: config } = settings
    if (config === undefined) return []
    const { bavail, bsize, ffree, files } = statfsSync(nearestExisting(config))
    const room = { bytes: bavail * bsize, files: files === 0 ? Number.POSITIVE_INFINITY : ffree }
    return [judgeRoom(config, room, bytesIn(config))]
  },
}

export interface Room {
  readonly bytes: number
  readonly files: number
}

const MEGABYTE = 1e6
const LEAST = 64 * MEGABYTE
const COMFORTABLE = 512 * MEGABYTE
const LEAST_FILES = 100

/** @param held bytes that the config has now */
export function judgeRoom(folder: string, room: Room, held: number): Finding {
  const free = `${megabytes(room.bytes)} free, the config has ${megabytes(held)}`
  const remedy = 'make room on this disk, or choose another lmdb_environment_path'
  if (room.files < LEAST_FILES)
    return problem(folder, `its file system has no room for more files (${room.files})`, remedy)
  if (room.bytes < Math.max(LEAST, held))
    return problem(folder, `no room for a snapshot beside the config: ${free}`, remedy)
  if (room.bytes < Math.max(COMFORTABLE, 3 * held)) return warning(folder, `little room: ${free}`, remedy)
  return fine(folder, free)
}

function bytesIn(folder: string): number {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return 0
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  // A generation that is replaced meanwhile does not count.
  return names.reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MEGABYTE).toLocaleString('en')} MB`
}
