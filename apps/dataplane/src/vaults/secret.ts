import { isJsonObject, parseVaultReference, type Vault } from '@biplane/entities'

/** The sort of vaults that is there without being configured: secrets are variables of the node's own environment. */
export interface EnvironmentVault {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What the names of variables begin with, where `env` is named and says nothing else. */
  readonly prefix: string | null
}

/**
 * What a reference to a vault stands for on this node, or why it stands for nothing: a sentence that tells no secret. Names
 * become those of variables as in Kong: prefix and name in upper case, dashes as underscores.
 *
 * @param vaults those that are configured
 */
export function secretOf(
  reference: string,
  vaults: Iterable<Vault>,
  env: EnvironmentVault,
): { readonly secret: string } | { readonly problem: string } {
  const parsed = parseVaultReference(reference)
  if (parsed === null) return { problem: 'it names no secret' }
  const { resource, key, config, version } = parsed
  const vault = parsed.vault === 'env' ? { prefix: env.prefix } : configOf(parsed.vault, vaults)
  if (vault === undefined) return { problem: `there is no vault '${parsed.vault}'` }
  const prefix = config.prefix ?? vault.prefix ?? ''
  const name = `${prefix}${resource}`.replaceAll('-', '_').toUpperCase() + (version === 2 ? '_PREVIOUS' : '')
  const value = Object.hasOwn(env.environment, name) ? (env.environment[name] ?? '') : ''
  if (value === '') return { problem: `this node has no environment variable ${name}, or an empty one` }
  return key === null ? { secret: value } : memberOf(value, key, name)
}

/** Of vaults with one prefix, which there are while one replaces the other, the last counts. */
function configOf(prefix: string, vaults: Iterable<Vault>): { readonly prefix: string | null } | undefined {
  const vault = [...vaults].findLast((one) => one.prefix === prefix)
  if (vault === undefined) return undefined
  const { prefix: own } = vault.config
  return { prefix: typeof own === 'string' ? own : null }
}

function memberOf(
  text: string,
  key: string,
  name: string,
): { readonly secret: string } | { readonly problem: string } {
  const value = decodeJson(text)
  if (!isJsonObject(value)) return { problem: `the environment variable ${name} is no JSON object` }
  const member = Object.hasOwn(value, key) ? value[key] : undefined
  if (typeof member === 'string' && member !== '') return { secret: member }
  return { problem: `the JSON object in the environment variable ${name} has no text '${key}'` }
}

function decodeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is wrong with it would tell a piece of the secret.
    return undefined
  }
}
