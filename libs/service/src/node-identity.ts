import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { isUuid } from './settings/network.ts'

/**
 * The id of a node or hub, which outlives restarts: the setting `node_id`, else the file `<prefix>/kong.id`, else a new
 * one, kept in that file. A file without a UUID is replaced. When it cannot be written the id lasts until the process
 * ends, and a warning says so. (Kong's rules; two nodes started with one copied file are told apart by the hub.)
 */
export async function nodeIdentity(
  settings: { readonly prefix: string; readonly node_id: string | null },
  log: Logger,
): Promise<string> {
  if (settings.node_id !== null) return settings.node_id
  const file = join(settings.prefix, 'kong.id')
  const kept = await readKept(file, log)
  if (isUuid(kept)) return kept.toLowerCase()
  if (kept !== '') log.warn({ file }, 'the id file held no UUID and is replaced')
  const id = randomUUID()
  try {
    await mkdir(settings.prefix, { recursive: true })
    // Renamed into place: a crash while writing must not leave half an id.
    await writeFile(`${file}.new`, id)
    await rename(`${file}.new`, file)
  } catch (err) {
    log.warn({ err, file }, 'the id of this process cannot be kept: it will have another after a restart')
  }
  return id
}

async function readKept(file: string, log: Logger): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (err) {
    const missing = err instanceof Error && 'code' in err && err.code === 'ENOENT'
    if (!missing) log.warn({ err, file }, 'the id file cannot be read')
    return ''
  }
}
