import { once } from 'node:events'
import { Socket } from 'node:net'
import { addAbortSignal } from 'node:stream'
import pg from 'pg'
import { clientConfig, type Database } from '../database.ts'
import { pause } from '../pause.ts'
import { CHANNEL } from './hint.ts'

/** Calls `onHint` for each notification, and after each connect for those that may have been missed, until the signal aborts. */
export async function listen(db: Database, signal: AbortSignal, onHint: () => void): Promise<void> {
  while (!signal.aborted) {
    // The signal cuts the connection, since a server that does not answer would hold up the goodbye.
    const stream = () => addAbortSignal(signal, new Socket())
    const client = new pg.Client({ ...clientConfig(db.settings, 0), stream })
    client.on('error', () => undefined) // whoever waits is told; an error that comes while it ends would end the process
    try {
      await listenOnce(client, signal, onHint)
    } catch (error) {
      if (!signal.aborted) db.log.debug({ err: error }, 'no notifications of new revisions: polling only')
    } finally {
      await client.end()
    }
    await pause(RECONNECT_AFTER, signal)
  }
}

const RECONNECT_AFTER = 1000

/** Rejects when the connection is lost, and when the signal aborts. */
async function listenOnce(client: pg.Client, signal: AbortSignal, onHint: () => void): Promise<void> {
  const ended = once(client, 'end', { signal })
  ended.catch(() => undefined) // it is awaited below; connecting may fail first
  client.on('notification', onHint)
  await client.connect()
  await client.query(`listen ${pg.escapeIdentifier(CHANNEL)}`)
  onHint()
  await ended
}
