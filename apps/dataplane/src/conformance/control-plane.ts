import { type Answer, type EncodedChange, encodeBody, type IncomingUpdate } from '@biplane/protocol'
import { type FollowerStream, serveFollowers } from '@biplane/protocol/stream'
import { certificateDigest, createLogger, type generateClusterPair, VERSION } from '@biplane/service'

/** A hub that gives its one node what the case says, when it says it. */
export interface ControlPlane extends AsyncDisposable {
  /** Resolves with the answer of the node. */
  give(update: IncomingUpdate): Promise<Answer>
}

export async function openControlPlane(
  port: number,
  pair: Awaited<ReturnType<typeof generateClusterPair>>,
): Promise<ControlPlane> {
  const stopping = new AbortController()
  const connected = Promise.withResolvers<FollowerStream>()
  const server = await serveFollowers({
    listen: { host: '127.0.0.1', port },
    tls: {
      credentials: () => pair,
      trust: () => ({ kind: 'shared', digests: new Set([certificateDigest(pair.cert)]) }),
    },
    welcome: () => ({ sourceId: 'hub', version: VERSION, plugins: [] }),
    session: (stream) => {
      connected.resolve(stream)
      return new Promise((resolve) => stream.signal.addEventListener('abort', () => resolve()))
    },
    log: createLogger({ log_level: 'emerg' }, 'hub'),
    signal: stopping.signal,
  })
  return {
    async give(update) {
      const stream = await connected.promise
      const changes: EncodedChange[] = []
      for await (const change of update.changes) changes.push(change)
      const { from, to } = update
      const body = encodeBody(changes)
      await stream.send(
        update.kind === 'snapshot' ? { kind: 'snapshot', to, body } : { kind: 'delta', from, to, body },
      )
      return stream.answer()
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await server.closed
    },
  }
}
