import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Account, isReachable } from './postgres-binaries.ts'

/** Where data lies that cannot lie in its own folder; what follows is random. */
const BESIDE = '/var/tmp/biplane-postgres-'

/**
 * The folder in which the account keeps the data of `directory`. As root, a folder under a closed one (root's home, a
 * mktemp folder) is out of the account's reach: the data goes beside, linked.
 */
export function placeInReach(directory: string, account: Account | undefined): string {
  mkdirSync(dirname(directory), { recursive: true })
  const place = realFolder(directory)
  if (place !== directory && existsSync(place)) return place
  if (place !== directory) rmSync(directory) // a link to what is gone
  if (isReachable(directory, account)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    chmodSync(directory, 0o700)
    own(directory, account)
    return directory
  }
  // A new name each time: data whose link was deleted with its folder must not come back in the next one.
  const target = mkdtempSync(BESIDE)
  own(target, account)
  symlinkSync(target, directory)
  return target
}

/** The folder itself, or the one that it is a link to. */
export function realFolder(directory: string): string {
  const isLink = lstatSync(directory, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
  return isLink ? resolve(dirname(directory), readlinkSync(directory)) : directory
}

/** Removes a data folder, with the data that was put beside; of a link that somebody else made, only the link. */
export function removeDirectory(directory: string): void {
  const place = realFolder(directory)
  const beside = place.startsWith(BESIDE) && dirname(place) === dirname(BESIDE)
  if (beside && lstatSync(place, { throwIfNoEntry: false })?.isDirectory())
    rmSync(place, { recursive: true, force: true })
  rmSync(directory, { recursive: true, force: true })
}

export function own(path: string, account: Account | undefined): void {
  if (account !== undefined) chownSync(path, account.uid, account.gid)
}
