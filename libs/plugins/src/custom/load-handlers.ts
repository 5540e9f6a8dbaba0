import { isJsonObject } from '@biplane/entities'
import { type PluginDefinition, phases, streamPhases } from '../define-plugin.ts'
import { loadModule } from './load-module.ts'

/** A custom plugin whose handler is to be loaded. It crosses thread boundaries, so it is plain. */
export interface HandlerFile {
  readonly name: string
  readonly priority: number
  /** The path of the file. */
  readonly file: string
  /** Where its code lies, to tell whose a fault is. */
  readonly folder: string
}

/** The handlers of custom plugins, or all that is wrong with them. */
export async function loadHandlers(
  files: readonly HandlerFile[],
): Promise<{ readonly handlers: readonly PluginDefinition[] } | { readonly problems: readonly string[] }> {
  const handlers: PluginDefinition[] = []
  const problems: string[] = []
  for (const { name, priority, file } of files) {
    const loaded = await loadModule(file)
    const create = 'exported' in loaded ? createOf(loaded.exported) : undefined
    if ('problem' in loaded) problems.push(`'${name}' cannot be loaded: ${loaded.problem}`)
    else if (create === undefined)
      problems.push(`'${name}' cannot be loaded: ${file}: exports no function 'create'`)
    else handlers.push({ name, priority, create })
  }
  return problems.length === 0 ? { handlers } : { problems }
}

function createOf(exported: unknown): PluginDefinition['create'] | undefined {
  if (typeof exported !== 'object' || exported === null || !('create' in exported)) return undefined
  const { create } = exported
  if (typeof create !== 'function') return undefined
  return (config) => checkedHandler(create.call(exported, config))
}

/** @throws TypeError for what is no handler, so that its config is refused instead of every request */
function checkedHandler(made: unknown): ReturnType<PluginDefinition['create']> {
  if (made instanceof Promise) throw new TypeError('create returned a promise; it must return the handler')
  if (typeof made !== 'object' || made === null) throw new TypeError('create returned no handler')
  checkPhases(made, phases, '')
  const stream: unknown = Reflect.get(made, 'stream')
  if (stream !== undefined && (typeof stream !== 'object' || stream === null))
    throw new TypeError("'stream' of its handler is not { preread, log }")
  if (typeof stream === 'object' && stream !== null) checkPhases(stream, streamPhases, 'stream.')
  const needs: unknown = Reflect.get(made, 'needs')
  if (needs !== undefined && !areNeeds(needs))
    throw new TypeError("'needs' of its handler is not { requestBody: { limit }, responseBody: { limit } }")
  return made
}

function checkPhases(made: object, names: readonly string[], part: string): void {
  for (const phase of names) {
    const given: unknown = Reflect.get(made, phase)
    if (given !== undefined && typeof given !== 'function')
      throw new TypeError(`the phase '${part}${phase}' of its handler is no function`)
  }
}

function areNeeds(needs: unknown): boolean {
  if (typeof needs !== 'object' || needs === null) return false
  return Object.entries(needs).every(([part, need]: [string, unknown]) => {
    const { limit } = isJsonObject(need) ? need : {}
    return ['requestBody', 'responseBody'].includes(part) && typeof limit === 'number' && limit >= 0
  })
}
