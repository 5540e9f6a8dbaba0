import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateClusterPair } from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { startProcess } from '../fixtures/node-process.ts'
import { openControlPlane } from './control-plane.ts'

/** A node as an operator runs it, and a hub that tells it what to serve. */
export interface NodeUnderTest extends AsyncDisposable {
  readonly proxyPort: number
  /** With the certificate that it made for itself. */
  readonly tlsPort: number
  readonly statusUrl: string
  readonly give: Awaited<ReturnType<typeof openControlPlane>>['give']
}

const WORKERS = '2'

export async function startNode(settings: Readonly<Record<string, string>>): Promise<NodeUnderTest> {
  const prefix = await mkdtemp(join(tmpdir(), 'biplane-conformance-'))
  const pair = await generateClusterPair()
  const [proxyPort, tlsPort] = [await freePort(), await freePort()]
  const [statusPort, hubPort] = [await freePort(), await freePort()]
  const hub = await openControlPlane(hubPort, pair)
  const node = startProcess({
    nginx_worker_processes: WORKERS,
    ...settings,
    prefix,
    cluster_cert: Buffer.from(pair.cert).toString('base64'),
    cluster_cert_key: Buffer.from(pair.key).toString('base64'),
    cluster_control_plane: `127.0.0.1:${hubPort}`,
    proxy_listen: `127.0.0.1:${proxyPort} http2, 127.0.0.1:${tlsPort} ssl`,
    status_listen: `127.0.0.1:${statusPort}`,
  })
  const close = async (): Promise<void> => {
    await node[Symbol.asyncDispose]()
    await hub[Symbol.asyncDispose]()
    await rm(prefix, { recursive: true, force: true })
  }
  try {
    await node.logged('ready')
  } catch (error) {
    await close()
    throw error
  }
  return {
    proxyPort,
    tlsPort,
    statusUrl: `http://127.0.0.1:${statusPort}`,
    give: (update) => hub.give(update),
    [Symbol.asyncDispose]: close,
  }
}
