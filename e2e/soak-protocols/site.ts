import type { Conversations } from './said.ts'

/** What a site listens with, each on the next port after the one that names the site. */
export const DOORS = ['web', 'grpc', 'tcp', 'tls', 'udp'] as const

export type DoorName = (typeof DOORS)[number]

export function portOf(site: number, door: DoorName): number {
  return site + DOORS.indexOf(door)
}

export const HOST = '127.0.0.1'

export interface Door {
  /** Rejects where the port is taken. */
  listen(port: number): Promise<void>
  /** Listens no more, and resets every connection. */
  fall(): void
}

export interface Surroundings {
  readonly site: number
  readonly open: Conversations
}
