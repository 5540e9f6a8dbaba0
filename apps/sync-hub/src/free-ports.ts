import { once } from 'node:events'
import { createServer } from 'node:net'

/** Rejects with the error of listening if any of the addresses cannot be listened on at the moment. */
export async function assertFree(
  listens: readonly { readonly host: string; readonly port: number }[],
): Promise<void> {
  for (const { host, port } of listens) {
    const server = createServer()
    server.listen({ host, port })
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
  }
}
