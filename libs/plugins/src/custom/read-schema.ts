import {
  type Field,
  type Fields,
  noConsumer,
  noRoute,
  noService,
  type PluginSchema,
  protocols,
} from '@biplane/entities'
import { type Complain, type Given, isGiven } from './read-attributes.ts'
import { readChecks } from './read-checks.ts'
import { readEntries, readField } from './read-field.ts'

/**
 * The schema of a plugin that somebody else wrote, as plain data: `name`, `version`, `priority`, `fields` and, where wanted,
 * `entity_checks`, the last two in the form of Kong's schemas. All that is wrong is told, each with its place.
 *
 * @param packageVersion what the version is where the schema states none
 */
export function readSchema(
  given: unknown,
  packageVersion: string | undefined,
): { readonly schema: PluginSchema } | { readonly problems: readonly string[] } {
  const problems: string[] = []
  const complain: Complain = (at, message) => void problems.push(at === '' ? message : `${at}: ${message}`)
  if (!isGiven(given)) return { problems: ['a schema is an object with name, priority and fields'] }
  const { name, priority, version = packageVersion, fields: givenFields, entity_checks, ...others } = given
  for (const other of Object.keys(others)) complain('', `unknown member '${other}'`)
  const fields = readOwnFields(givenFields, complain)
  const checks = readChecks(entity_checks, fields, '', complain)
  const sound = {
    name: isName(name) ? name : undefined,
    priority:
      typeof priority === 'number' && Number.isSafeInteger(priority) && priority >= 0 ? priority : undefined,
    version: typeof version === 'string' && /^\d+\.\d+\.\d+/.test(version) ? version : undefined,
  }
  if (sound.name === undefined) complain('name', 'must be letters, digits, _ and -, a letter first')
  if (sound.priority === undefined) complain('priority', 'must be a whole number, at least 0')
  if (sound.version === undefined)
    complain('version', 'must be of the form x.y.z, here or in the package.json beside')
  const { config } = fields
  if (config === undefined || sound.name === undefined || sound.priority === undefined) return { problems }
  if (sound.version === undefined || problems.length > 0) return { problems }
  const { name: own, priority: rank, version: release } = sound
  return { schema: { name: own, version: release, priority: rank, fields: { ...fields, config }, checks } }
}

/** The scopes that a plugin may refuse, which is all that it may say of them. */
const REFUSED: Readonly<Record<string, Field>> = { consumer: noConsumer, route: noRoute, service: noService }

function readOwnFields(given: unknown, complain: Complain): Fields {
  const entries = readEntries(given)
  if (entries === null) complain('fields', "must be a list such as [{ config: { type: 'record', … } }]")
  const fields = (entries ?? []).flatMap(([name, field]): [string, Field][] => {
    const own = readOwnField(name, field, complain)
    return own === undefined ? [] : [[name, own]]
  })
  if (entries !== null && !entries.some(([name]) => name === 'config')) complain('config', 'is not there')
  return Object.fromEntries(fields)
}

function readOwnField(name: string, given: unknown, complain: Complain): Field | undefined {
  if (name === 'config') return readConfig(given, complain)
  if (name === 'protocols') return readProtocols(given, complain)
  const refused = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined
  if (refused === undefined) complain(name, 'a plugin has no say in this field, only in its config')
  else if (!isGiven(given) || given.type !== 'foreign' || given.eq !== null)
    complain(name, `can only be refused: { type: 'foreign', reference: '${name}s', eq: null }`)
  return refused
}

/** Handlers get a complete config, so it is never null. */
function readConfig(given: unknown, complain: Complain): Field {
  const config: Given = isGiven(given) ? given : {}
  if (config.type !== 'record') complain('config', "must be of type 'record'")
  return readField({ ...config, type: 'record', required: true }, 'config', complain)
}

function readProtocols(given: unknown, complain: Complain): Field {
  const field = readField(given, 'protocols', complain)
  const known: readonly unknown[] = protocols.elements?.one_of ?? []
  const named = field.elements?.one_of ?? []
  if (field.type !== 'set' || named.length === 0 || !named.every((one) => known.includes(one)))
    complain('protocols', `must be a set of strings that are one_of some of ${known.join(', ')}`)
  return field
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z][\w-]*$/.test(value)
}
