import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'

const OURS = '@biplane'
const LOCK = 'package-lock.json'
const run = promisify(execFile)

/**
 * Gives a checkout what `npm ci` would: its own workspace packages, and the packages of others in the versions of its own
 * lock file. Those are this checkout's where it has them all in the same versions, which takes no time; otherwise they are
 * installed once and kept in the user's cache.
 */
export async function giveModules(root: string, repository: string): Promise<void> {
  const from = hasAll(lockOf(root), lockOf(repository)) ? repository : await installed(root)
  for (const folder of ['.', ...workspaces(root)]) linkForeign(join(from, folder), join(root, folder))
  const ours = join(root, 'node_modules', OURS)
  mkdirSync(ours)
  for (const folder of workspaces(root)) {
    const { name } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    symlinkSync(relative(ours, join(root, folder)), join(root, 'node_modules', name))
  }
}

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly link?: boolean
}

type Lock = Readonly<Record<string, Locked>>

function lockOf(root: string): Lock {
  return JSON.parse(readFileSync(join(root, LOCK), 'utf8')).packages
}

function hasAll(wanted: Lock, there: Lock): boolean {
  const foreign = Object.entries(wanted).filter(([path, { link }]) => path.includes('node_modules/') && !link)
  return foreign.every(([path, { version, integrity }]) => {
    const found = there[path]
    return found?.version === version && found?.integrity === integrity
  })
}

function workspaces(root: string): string[] {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return globSync(
    workspaces.map((pattern: string) => `${pattern}/package.json`),
    { cwd: root },
  ).map(dirname)
}

/** Node resolves a link to what it names, and what it imports from there: no package of others imports one of ours. */
function linkForeign(from: string, to: string): void {
  const [source, target] = [join(from, 'node_modules'), join(to, 'node_modules')]
  if (!existsSync(source)) return
  mkdirSync(target, { recursive: true })
  for (const name of readdirSync(source)) {
    if (name !== OURS && !name.startsWith('.')) symlinkSync(join(source, name), join(target, name))
  }
}

/** A folder with what the lock file of the checkout names. It gets its name when it is whole: several may make it at once. */
async function installed(root: string): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'biplane', 'previous')
  const lock = createHash('sha256').update(readFileSync(join(root, LOCK)))
  const folder = join(cache, lock.digest('hex').slice(0, 16))
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const making = mkdtempSync(join(cache, 'making-'))
  try {
    const manifests = workspaces(root).map((workspace) => join(workspace, 'package.json'))
    for (const file of ['package.json', LOCK, ...manifests]) cpSync(join(root, file), join(making, file))
    await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: making })
    if (!existsSync(folder)) renameSync(making, folder)
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
  return folder
}
