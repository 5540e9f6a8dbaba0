import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CLUSTER_NAME, generateClusterPair } from './generate.ts'

const pair = await generateClusterPair({ now: new Date('2026-01-01T00:00:00Z') })

describe('generateClusterPair', () => {
  it('makes a self-signed EC P-384 certificate of kong_clustering for 1095 days', () => {
    const certificate = new X509Certificate(pair.cert)
    expect(certificate.subject).toBe('CN=kong_clustering')
    expect(certificate.issuer).toBe('CN=kong_clustering')
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('secp384r1')
    expect(certificate.validToDate).toEqual(new Date('2028-12-31T00:00:00Z'))
    expect(certificate.ca).toBe(false)
  })

  it('verifies server and client against itself', async () => {
    const own = await generateClusterPair()
    expect(await handshake(own, own)).toEqual({ server: true, client: true })
  })

  it('is not verified against another pair', async () => {
    const [own, other] = await Promise.all([generateClusterPair(), generateClusterPair()])
    expect(await handshake(own, other)).toEqual({ server: false, client: false })
  })
})

type Pair = Awaited<ReturnType<typeof generateClusterPair>>

/** Whether each side verifies the other. Neither ends the handshake, so that both verdicts are seen. */
async function handshake(serverPair: Pair, clientPair: Pair): Promise<{ server: boolean; client: boolean }> {
  const accept = { requestCert: true, rejectUnauthorized: false }
  const server = tls.createServer({ ...serverPair, ...accept, ca: serverPair.cert }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server's address is never a pipe
  const accepted = once(server, 'secureConnection') as Promise<[tls.TLSSocket]> // the event's one argument
  const options = { ...clientPair, ca: clientPair.cert, rejectUnauthorized: false, servername: CLUSTER_NAME }
  const client = tls.connect({ ...options, host: '127.0.0.1', port })
  const [[peer]] = await Promise.all([accepted, once(client, 'secureConnect')])
  const verdicts = { server: client.authorized, client: peer.authorized }
  client.destroy()
  peer.destroy()
  return verdicts
}
