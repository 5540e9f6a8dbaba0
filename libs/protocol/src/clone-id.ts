import { createHash } from 'node:crypto'
import type { Hello } from './status.ts'

/** The id under which a process is listed that came with the id of another: the same on every connection of it. */
export function cloneId({ nodeId, instance }: Pick<Hello, 'nodeId' | 'instance'>): string {
  const hex = createHash('sha256').update(`${nodeId}\0${instance}`).digest('hex')
  // The form of a UUID of version 8, whose digits mean what their maker wants.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
