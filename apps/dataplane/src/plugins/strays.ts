import { pathToFileURL } from 'node:url'
import type { HandlerFile, PluginLog } from '@biplane/plugins/handlers'

/**
 * Keeps a worker alive when a custom plugin fails where nobody waits for it: in a timer, an event, a promise that it let go.
 * Whose fault it is, its stack tells; what is not a plugin's ends the worker as ever.
 */
export function containStrays(plugins: readonly HandlerFile[], log: PluginLog): void {
  if (plugins.length === 0) return
  const contain = (error: unknown): void => {
    const owners = ownersOf(error, plugins)
    if (owners.length === 0) {
      process.removeAllListeners('uncaughtException')
      throw error
    }
    const name = owners.join("' or '")
    const { message, stack = '' } = error instanceof Error ? error : { message: String(error) }
    log.error({ plugin: name, error: message, stack }, `the plugin '${name}' failed outside of any request`)
  }
  process.on('uncaughtException', contain)
  process.on('unhandledRejection', contain)
}

/**
 * The names of the plugins that it may be of. Our own code throws errors only, and listens to what it opens: what is no error,
 * or comes from nobody's code, such as that of a socket without a listener, is of one of the others.
 */
export function ownersOf(error: unknown, plugins: readonly HandlerFile[]): readonly string[] {
  const frames = error instanceof Error ? framesOf(error) : []
  if (frames.length === 0) return plugins.map(({ name }) => name)
  const isIn = (folder: string) =>
    frames.some((frame) => frame.includes(`${folder}/`) || frame.includes(`${pathToFileURL(folder).href}/`))
  return plugins.filter(({ folder }) => isIn(folder)).map(({ name }) => name)
}

/** Those in files; Node's own tell nothing. */
function framesOf({ stack = '' }: Error): readonly string[] {
  return stack.split('\n').filter((line) => /^\s+at .*(?:file:\/\/|[( ])\//.test(line))
}
