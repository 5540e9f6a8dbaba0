import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isGiven } from './read-attributes.ts'

/** Where a plugin lies, and which of its files is what. */
export interface PluginFolder {
  readonly folder: string
  /** What its package.json says. */
  readonly version: string | undefined
  readonly schema: string
  /** Null where it has none: then it can be configured, but not run. */
  readonly handler: string | null
}

/**
 * Finds a plugin: a path to its folder, or a package, which is looked for as Node looks for packages. Its files are
 * `schema` and `handler` with one of the usual endings, unless its package.json names others: `"biplane": { "schema": … }`.
 *
 * @param entry as the setting `plugins` names it
 * @param from the absolute folder that paths are relative to, and that packages are looked for from
 */
export async function findPlugin(
  entry: string,
  from: string,
): Promise<PluginFolder | { readonly problem: string }> {
  const looked = isPath(entry) ? [resolve(from, entry)] : modulesAbove(from).map((at) => join(at, entry))
  const there = await firstThat(looked, isFolder)
  if (there === undefined)
    return { problem: `there is no ${isPath(entry) ? 'folder' : 'package'} ${looked.join(', nor ')}` }
  // As stacks of errors name it: packages are often links.
  const folder = await realpath(there)
  const manifest = await readManifest(join(folder, 'package.json'))
  if ('problem' in manifest) return manifest
  const part = (name: 'schema' | 'handler', endings: readonly string[]) => {
    const stated = manifest[name]
    const files = stated === undefined ? endings.map((ending) => `${name}.${ending}`) : [stated]
    return firstThat(
      files.map((file) => join(folder, file)),
      isFile,
    )
  }
  const schema = await part('schema', ['json', ...CODE])
  if (schema === undefined)
    return { problem: `${folder} has no ${manifest.schema ?? `schema.json or schema.js`}` }
  return { folder, version: manifest.version, schema, handler: (await part('handler', CODE)) ?? null }
}

/** A name that can be looked for, so that none leads anywhere else. */
export function isEntry(entry: string): boolean {
  return isPath(entry) || /^(@[\w-][\w.-]*\/)?[\w-][\w.-]*$/.test(entry)
}

const CODE = ['js', 'mjs', 'cjs', 'ts']

function isPath(entry: string): boolean {
  return /^(\.{1,2})?\//.test(entry)
}

function modulesAbove(folder: string): string[] {
  const above = dirname(folder)
  return [join(folder, 'node_modules'), ...(above === folder ? [] : modulesAbove(above))]
}

interface Manifest {
  readonly version?: string
  readonly schema?: string
  readonly handler?: string
}

/** A plugin needs none, if its schema states the version. */
async function readManifest(file: string): Promise<Manifest | { readonly problem: string }> {
  if (!(await isFile(file))) return {}
  try {
    const manifest: unknown = JSON.parse(await readFile(file, 'utf8'))
    const { version, biplane } = isGiven(manifest) ? manifest : {}
    const { schema, handler } = isGiven(biplane) ? biplane : {}
    return {
      ...(typeof version === 'string' && { version }),
      ...(typeof schema === 'string' && { schema }),
      ...(typeof handler === 'string' && { handler }),
    }
  } catch (error) {
    return { problem: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}

async function firstThat(
  paths: readonly string[],
  is: (path: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const path of paths) if (await is(path)) return path
  return undefined
}

async function isFolder(path: string): Promise<boolean> {
  return (await kindOf(path)) === 'folder'
}

async function isFile(path: string): Promise<boolean> {
  return (await kindOf(path)) === 'file'
}

async function kindOf(path: string): Promise<'folder' | 'file' | 'none'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch {
    // Whatever keeps it from being looked at, it cannot be loaded from there.
    return 'none'
  }
}
