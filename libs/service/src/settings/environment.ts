import type { Environment } from './load.ts'

/** The environment that this process was started with: on a node it is a vault, and references name its variables. */
export function ownEnvironment(): Environment {
  return process.env
}
