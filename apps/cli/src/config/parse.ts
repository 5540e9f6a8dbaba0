import { randomUUID } from 'node:crypto'
import { describeErrors, errorTree, parseConfig, readText, settle } from '@biplane/declarative'
import { entityKindsOf, entityRegistry, type PluginSchema } from '@biplane/entities'
import { bundledPlugins, namedPlugins } from '@biplane/plugins'
import { VERSION } from '@biplane/service'
import { Failure } from '../frame/failure.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { nameOf, readDocumentFile } from './document-file.ts'

/** @throws Failure that tells all that is wrong with the file */
export async function parseFile(session: Session, _options: object, file: string): Promise<Outcome> {
  const reading = readText(await readDocumentFile(file))
  const name = nameOf(file)
  if ('problem' in reading) throw new Failure(`${name} is no declarative config: ${reading.problem}`)
  const { router_flavor: flavor } = session.someSettings('admin-api', ['router_flavor'])
  const outcome = await parseConfig(reading.document, entityRegistry(entityKindsOf(flavor)), {
    subschemas: { plugins: await installedPlugins(session) },
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

/** Those that an admin-api with the same settings would know. */
async function installedPlugins(session: Session): Promise<ReadonlyMap<string, PluginSchema>> {
  const { plugins: names, plugins_path: folder } = session.someSettings('admin-api', [
    'plugins',
    'plugins_path',
  ])
  const bundled = bundledPlugins(VERSION)
  const named = await namedPlugins(names, { bundled, reserved: new Set(bundled.keys()), folder })
  if ('schemas' in named) return named.schemas
  throw new Failure('the setting plugins names what cannot be loaded', { details: named.problems })
}
