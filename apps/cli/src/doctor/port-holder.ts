import { readdir, readFile, readlink } from 'node:fs/promises'

/** A process that listens on a port. */
export interface Holder {
  readonly pid: number
  /** How it was started, the beginning of it. */
  readonly command: string
}

/** Those that listen on a TCP port of this machine, as far as this user may know; none where the system has no /proc. */
export async function portHolders(port: number): Promise<Holder[]> {
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6'])
    for (const inode of listeningInodes(await textOf(table), port)) inodes.add(inode)
  if (inodes.size === 0) return []
  const holders: Holder[] = []
  for (const name of await namesIn('/proc')) {
    if (/^\d+$/.test(name) && (await hasOneOf(name, inodes)))
      holders.push({ pid: Number(name), command: await commandOf(name) })
  }
  return holders
}

const LISTEN = '0A'

/** Columns of a row: number, local address as hex of host:port, remote address, state, …, the inode as the tenth. */
export function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return table.split('\n').flatMap((row) => {
    const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/)
    return state === LISTEN && local.endsWith(`:${wanted}`) && inode !== undefined ? [inode] : []
  })
}

async function hasOneOf(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  for (const file of await namesIn(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '')
    const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? []
    if (inode !== undefined && inodes.has(inode)) return true
  }
  return false
}

const LONGEST_COMMAND = 60

async function commandOf(pid: string): Promise<string> {
  const command = (await textOf(`/proc/${pid}/cmdline`)).replace(/\p{Cc}+/gu, ' ').trim()
  return command.length > LONGEST_COMMAND ? `${command.slice(0, LONGEST_COMMAND)}…` : command
}

/** Processes of other users, and those that end meanwhile, tell nothing. */
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])
const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '')
