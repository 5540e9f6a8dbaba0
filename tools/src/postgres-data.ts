import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { liveProcess, signalProcess } from './live-process.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { own, placeInReach } from './postgres-folder.ts'

/**
 * A data folder that the server's account can reach: the one asked for, or where that is a link to. It is filled where it
 * is empty, and again where a killed run left it half filled.
 */
export async function prepareData(
  directory: string,
  binaries: PostgresBinaries,
  superuser: { readonly user: string; readonly password: string },
): Promise<string> {
  const data = placeInReach(directory, binaries.account)
  const making = `${directory}.making`
  if (existsSync(making)) await clearHalfMade(data, making)
  else if (existsSync(join(data, 'PG_VERSION'))) return data

  const passwordFile = join(dirname(data), `.biplane-password-${randomBytes(6).toString('hex')}`)
  writeFileSync(passwordFile, superuser.password, { mode: 0o600 })
  own(passwordFile, binaries.account)
  const encoding = ['-E', 'UTF8', '--locale=C', '--no-sync']
  const access = ['-U', superuser.user, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`]
  const child = spawn(binaries.initdb, ['-D', data, ...access, ...encoding], {
    ...binaries.account,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  writeFileSync(making, String(child.pid))
  const problem = await problemOf(child).finally(() => rmSync(passwordFile, { force: true }))
  if (problem !== undefined) throw new Error(`initdb failed in ${data}: ${problem}`)
  rmSync(making)
  return data
}

/** What a killed run left may still be growing. */
async function clearHalfMade(data: string, making: string): Promise<void> {
  const pid = Number(readFileSync(making, 'utf8'))
  while (liveProcess(pid)?.command.includes(` -D ${data} `)) {
    signalProcess(pid, 'SIGKILL')
    await pause(20)
  }
  for (const name of readdirSync(data)) rmSync(join(data, name), { recursive: true, force: true })
}

function problemOf(child: ChildProcess): Promise<string | undefined> {
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk
  })
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => done(code === 0 ? undefined : `${text}(${code ?? signal})`))
  })
}
