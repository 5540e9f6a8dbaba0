import { openAdminApi, readJson, type WritableAdminApi } from '../admin/client.ts'
import type { AdminOptions } from '../admin/options.ts'
import { EXIT } from '../frame/exit-code.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { differenceLines, isNothing, summary, type ToldDifference, toDifference } from './difference.ts'
import { nameOf, readDocumentFile } from './document-file.ts'
import { refusedConfig } from './refused-config.ts'

export interface ImportOptions extends AdminOptions {
  readonly dryRun?: true
  readonly yes?: true
}

export async function importFile(session: Session, options: ImportOptions, file: string): Promise<Outcome> {
  const api = openAdminApi(session, options)
  const sent = { name: nameOf(file), text: await readDocumentFile(file) }
  const difference = await compare(session, api, sent)
  const lines = differenceLines(difference)
  if (options.dryRun === true || isNothing(difference)) {
    const text = isNothing(difference)
      ? ['Nothing differs.']
      : [...lines, `It would be ${summary(difference)}.`]
    return { json: { imported: false, ...difference }, text }
  }
  for (const line of lines) session.say(line)
  if (!(await mayDelete(session, options, difference)))
    return { json: { imported: false, ...difference }, text: 'Nothing was changed.', exitCode: EXIT.failed }
  const revision = await send(session, api, sent)
  return {
    json: { imported: true, revision, ...difference },
    text: `${summary(difference)}: revision ${revision}.`,
  }
}

interface Sent {
  readonly name: string
  readonly text: string
}

/** A large config takes its time to be compared, and to be written. */
const PATIENCE_MS = 300_000

async function compare(session: Session, api: WritableAdminApi, sent: Sent): Promise<ToldDifference> {
  let difference: ToldDifference | undefined
  await session.steps([
    {
      title: `Compare ${sent.name} with the config at ${api.url}`,
      async run() {
        const answer = await post(session, api, sent, '/config?flatten_errors=1&dry_run=1')
        difference = toDifference(readJson(answer))
        return `Compared ${sent.name} with the config at ${api.url}: ${summary(difference)}`
      },
    },
  ])
  if (difference === undefined) throw new TypeError('the comparison ended without a result')
  return difference
}

async function mayDelete(
  session: Session,
  { yes }: ImportOptions,
  { removed }: ToldDifference,
): Promise<boolean> {
  if (yes === true || removed.length === 0) return true
  const what = removed.length === 1 ? '1 entity' : `${removed.length} entities`
  return await session.confirm(
    `${what} will be deleted. Import?`,
    `${what} would be deleted, and nobody can be asked here: say --yes`,
  )
}

async function send(session: Session, api: WritableAdminApi, sent: Sent): Promise<number | null> {
  let revision: number | null = null
  await session.steps([
    {
      title: `Import ${sent.name}`,
      async run() {
        const { headers } = await post(session, api, sent, '/config?flatten_errors=1')
        const told = headers['x-biplane-revision']
        revision = told === undefined ? null : Number(told)
        return `Imported ${sent.name}`
      },
    },
  ])
  return revision
}

async function post(session: Session, api: WritableAdminApi, { name, text }: Sent, path: string) {
  const body = { type: 'text/yaml', text }
  const answer = await api.send({ method: 'POST', path, body, patienceMs: PATIENCE_MS }, session.signal)
  if (answer.status === 200 || answer.status === 201) return answer
  throw refusedConfig(answer, name)
}
