import { MASK, type Problem } from './check.ts'
import { settingsTable } from './table.ts'

const SUFFIX = '_file'

/**
 * Puts in place of each `x_file` the setting `x` with what the named file holds, without the line break at its end: so
 * containers are given secrets. A name that ends so but is of no setting stays as it is.
 *
 * @param isRead whether a setting is read at all; the files of others may be missing
 */
export function readValueFiles(
  given: ReadonlyMap<string, string>,
  isRead: (setting: string) => boolean,
  readFile: (path: string) => string,
): { readonly values: ReadonlyMap<string, string>; readonly problems: readonly Problem[] } {
  const values = new Map(given)
  const problems: Problem[] = []
  for (const [name, path] of given) {
    const setting = name.slice(0, -SUFFIX.length)
    if (!name.endsWith(SUFFIX) || !Object.hasOwn(settingsTable, setting)) continue
    values.delete(name)
    if (!isRead(setting)) continue
    const read = given.has(setting)
      ? { wrong: `give ${setting} or ${name}, not both` }
      : readValue(path.trim(), readFile)
    if ('wrong' in read) problems.push({ setting: name, value: shown(path), message: read.wrong })
    else values.set(setting, read.value)
  }
  return { values, problems }
}

/** What does not look like a path may be the secret itself. */
function shown(path: string): string {
  return /^\.{0,2}\//.test(path) && !path.includes('\n') ? path : MASK
}

function readValue(path: string, readFile: (path: string) => string): { value: string } | { wrong: string } {
  try {
    const value = readFile(path).replace(/\r?\n$/, '')
    return value.trim() === '' ? { wrong: 'name a file that holds the value: this one is empty' } : { value }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error
    return { wrong: `name a readable file (${reason})` }
  }
}
