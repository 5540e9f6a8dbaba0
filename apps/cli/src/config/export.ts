import { randomUUID } from 'node:crypto'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openAdminApi, readJson, refusal } from '../admin/client.ts'
import type { AdminOptions } from '../admin/options.ts'
import { Failure } from '../frame/failure.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { isObject } from '../nodes/node.ts'

export interface ExportOptions extends AdminOptions {
  readonly force?: true
}

const PATIENCE_MS = 300_000

export async function exportFile(
  session: Session,
  options: ExportOptions,
  file: string | undefined,
): Promise<Outcome> {
  if (file !== undefined && options.force !== true && (await exists(file)))
    throw new Failure(`${file} is there already: --force overwrites it`)
  const api = openAdminApi(session, options)
  const answer = await api.send({ method: 'GET', path: '/config', patienceMs: PATIENCE_MS }, session.signal)
  if (answer.status !== 200) throw refusal(answer)
  const body = readJson(answer)
  const text = isObject(body) ? body.config : undefined
  if (typeof text !== 'string') throw new Failure(`${answer.url} tells no config: is it an Admin API?`)
  if (file === undefined) return { json: { config: text }, text: text.trimEnd() }
  await write(file, text)
  const bytes = Buffer.byteLength(text)
  return { json: { file: resolve(file), bytes }, text: `Wrote the config of ${api.url} to ${file}.` }
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  )
}

/** Whole or not at all, and readable by nobody else: it holds secrets. */
async function write(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}`
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx', flush: true })
    await rename(temporary, file)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new Failure(`${file} cannot be written: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  }
}
