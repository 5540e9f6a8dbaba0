import { once } from 'node:events'
import { Socket } from 'node:net'
import { addAbortSignal } from 'node:stream'
import pg from 'pg'
import { clientConfig, type Database } from './database.ts'
import { pause } from './pause.ts'

export interface Listener {
  readonly channel: string
  onMessage(payload: string): void
  /** Called after each connect: messages may have been missed before. */
  onConnect?(): void
}

/** Hears what is notified on a channel, until the signal aborts. */
export async function listen(db: Database, signal: AbortSignal, listener: Listener): Promise<void> {
  while (!signal.aborted) {
    // The signal cuts the connection, since a server that does not answer would hold up the goodbye.
    const stream = () => addAbortSignal(signal, new Socket())
    const client = new pg.Client({ ...clientConfig(db.settings, 0), stream })
    client.on('error', () => undefined) // whoever waits is told; an error that comes while it ends would end the process
    try {
      await listenOnce(client, signal, listener)
    } catch (error) {
      if (!signal.aborted) db.log.debug({ err: error, channel: listener.channel }, 'no notifications now')
    } finally {
      await client.end()
    }
    await pause(RECONNECT_AFTER, signal)
  }
}

const RECONNECT_AFTER = 1000

/** Rejects when the connection is lost, and when the signal aborts. */
async function listenOnce(
  client: pg.Client,
  signal: AbortSignal,
  { channel, onMessage, onConnect }: Listener,
): Promise<void> {
  const ended = once(client, 'end', { signal })
  ended.catch(() => undefined) // it is awaited below; connecting may fail first
  client.on('notification', ({ payload }) => onMessage(payload ?? ''))
  await client.connect()
  await client.query(`listen ${pg.escapeIdentifier(channel)}`)
  onConnect?.()
  await ended
}
