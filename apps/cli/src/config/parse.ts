import { randomUUID } from 'node:crypto'
import { describeErrors, errorTree, parseConfig, readText, settle } from '@biplane/declarative'
import { entityKinds, entityRegistry } from '@biplane/entities'
import { bundledPlugins } from '@biplane/plugins'
import { VERSION } from '@biplane/service'
import { Failure } from '../frame/failure.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { nameOf, readDocumentFile } from './document-file.ts'

/** @throws Failure that tells all that is wrong with the file */
export async function parseFile(_session: Session, _options: object, file: string): Promise<Outcome> {
  const reading = readText(await readDocumentFile(file))
  const name = nameOf(file)
  if ('problem' in reading) throw new Failure(`${name} is no declarative config: ${reading.problem}`)
  const outcome = await parseConfig(reading.document, entityRegistry(entityKinds), {
    subschemas: { plugins: bundledPlugins(VERSION) },
    now: Math.floor(Date.now() / 1000),
    uuid: randomUUID,
    randomKey: randomUUID, // kept nowhere
  })
  if ('invalid' in outcome) {
    const details = describeErrors(errorTree(outcome.invalid.faults)).split('\n')
    throw new Failure(`${name} is no valid config`, { details })
  }
  const config = settle(outcome.draft, randomUUID)
  const entities = Object.fromEntries([...config].map(([kind, rows]) => [kind, rows.size]))
  return {
    json: { file, entities },
    text: [
      `${name} is a valid config.`,
      ...Object.entries(entities).map(([kind, count]) => `${count} ${kind}`),
    ],
  }
}
