import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { REPOSITORY } from '@biplane/tools/app-process'
import { giveModules } from './previous-modules.ts'

/** An earlier commit of this repository, checked out and ready to run. */
export interface PreviousRelease {
  readonly commit: string
  /** The folder of the checkout: what there runs is of that commit, its workspace packages too. */
  readonly root: string
  remove(): void
}

const PIN = fileURLToPath(new URL('previous-version', import.meta.url))
const run = promisify(execFile)

/**
 * Checks out the commit that the file `previous-version` names: the release that an upgrade begins with. To try the
 * upgrade from a later one, write its commit there; choose one whose schema is older than today's.
 *
 * @throws Error where this clone does not have the commit
 */
export async function checkOutPrevious(repository = REPOSITORY): Promise<PreviousRelease> {
  const commit = readFileSync(PIN, 'utf8').trim()
  await refuseMissing(repository, commit)
  const root = mkdtempSync(join(tmpdir(), 'biplane-previous-'))
  const remove = (): void => rmSync(root, { recursive: true, force: true })
  try {
    await git(repository, 'worktree', 'add', '--quiet', '--detach', '--force', root, commit)
    // The files are all that is needed. Git forgets them at once, so that a test that is killed leaves nothing registered.
    rmSync(join(root, '.git'))
    await git(repository, 'worktree', 'prune')
    await giveModules(root, repository)
  } catch (error) {
    remove()
    throw error
  }
  return { commit, root, remove }
}

async function refuseMissing(repository: string, commit: string): Promise<void> {
  const found = await git(repository, 'cat-file', '-e', `${commit}^{commit}`).then(
    () => true,
    () => false,
  )
  if (found) return
  const shallow = await git(repository, 'rev-parse', '--is-shallow-repository')
  const remedy =
    shallow === 'true'
      ? 'this clone is shallow, `git fetch --unshallow` brings the rest'
      : '`git fetch` the history that has it, or name another commit there'
  throw new Error(`the history lacks the commit ${commit}, which e2e/previous-version names: ${remedy}`)
}

async function git(repository: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', repository, '-c', 'core.hooksPath=/dev/null', ...args])
  return stdout.trim()
}
