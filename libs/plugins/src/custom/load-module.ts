import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'

/** What a file of somebody else's exports: the default export where there is one, else all exports; or why it cannot be loaded. */
export async function loadModule(
  file: string,
): Promise<{ readonly exported: unknown } | { readonly problem: string }> {
  try {
    if (file.endsWith('.json')) return { exported: JSON.parse(await readFile(file, 'utf8')) }
    const module: object = await import(/* @vite-ignore */ pathToFileURL(file).href)
    return { exported: 'default' in module ? module.default : module }
  } catch (error) {
    // The code is not ours: whatever it throws is what is wrong with it.
    return { problem: `${file} cannot be loaded: ${describeThrown(error)}` }
  }
}

/** One line of what was thrown, which may be anything. */
export function describeThrown(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
