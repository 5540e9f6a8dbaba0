import { execFileSync, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { biplane } from './biplane.ts'

/** An authority with what it issued to hubs and nodes, in a folder. */
export interface Pki {
  readonly folder: string
  /** The ids in the certificates of the nodes. */
  readonly nodes: readonly string[]
  /** What a hub is set to, besides the certificate of its feed. */
  readonly hub: Record<string, string>
  /** What the node with that number is set to, from 1. */
  node(number: number): Record<string, string>
}

/** The name in the certificates of hubs. */
export const HUB_NAME = 'hub.test'

/** Makes one as an operator does. */
export async function makePki(folder: string, more: readonly string[]): Promise<Pki> {
  const { code, stdout, stderr } = await biplane([
    ...['hybrid', 'gen_pki', '--json', '--hub', HUB_NAME, ...more, folder],
  ])
  if (code !== 0) throw new Error(stderr)
  const { nodes }: { nodes: { node_id: string }[] } = JSON.parse(stdout)
  const file = (name: string) => join(folder, name)
  const settings = (name: string) => ({
    cluster_mtls: 'pki',
    cluster_ca_cert: file('ca.crt'),
    cluster_cert: file(`${name}.crt`),
    cluster_cert_key: file(`${name}.key`),
  })
  return {
    folder,
    nodes: nodes.map(({ node_id }) => node_id),
    hub: settings('hub'),
    node: (number) => ({ ...settings(`node-${number}`), cluster_server_name: HUB_NAME }),
  }
}

/** Writes a new pair in the place of another, from the same authority and for the same names, as `openssl` makes it. */
export function renew({ folder }: Pki, name: string, usage: 'serverAuth' | 'clientAuth'): void {
  const file = (ending: string) => join(folder, `${name}.${ending}`)
  const { subject, subjectAltName } = new X509Certificate(readFileSync(file('crt')))
  const names = subjectAltName === undefined ? '' : `\nsubjectAltName=${subjectAltName}`
  writeFileSync(file('ext'), `extendedKeyUsage=${usage}${names}\n`)
  const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  run('ecparam', '-name', 'secp384r1', '-genkey', '-noout', '-out', file('next.key'))
  run('req', '-new', '-key', file('next.key'), '-subj', `/${subject}`, '-out', file('csr'))
  run(
    ...['x509', '-req', '-in', file('csr'), '-days', '2', '-extfile', file('ext')],
    ...['-CA', join(folder, 'ca.crt'), '-CAkey', join(folder, 'ca.key'), '-out', file('next.crt')],
  )
  writeFileSync(file('key'), readFileSync(file('next.key')))
  writeFileSync(file('crt'), readFileSync(file('next.crt')))
}

/** `openssl ocsp` for an authority, on a port. It knows every node that has a certificate there. */
export class Responder {
  readonly #pki: Pki
  readonly #port: number
  #stop: () => Promise<void> = () => Promise.resolve()

  constructor(pki: Pki, port: number) {
    this.#pki = pki
    this.#port = port
  }

  /** Starts it again, to say that these nodes were revoked, by their numbers, and that the others are good. */
  async say(revoked: readonly number[]): Promise<void> {
    await this.#stop()
    const { folder, nodes } = this.#pki
    const time = (date: Date) => `${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`
    const lines = nodes.map((id, index) => {
      const { serialNumber, validToDate } = new X509Certificate(
        readFileSync(join(folder, `node-${index + 1}.crt`)),
      )
      const isRevoked = revoked.includes(index + 1)
      const since = isRevoked ? time(new Date()) : ''
      return [isRevoked ? 'R' : 'V', time(validToDate), since, serialNumber, 'unknown', `/CN=${id}`].join(
        '\t',
      )
    })
    const index = join(folder, 'index.txt')
    writeFileSync(index, lines.map((line) => `${line}\n`).join(''))
    const [crt, key] = [join(folder, 'ca.crt'), join(folder, 'ca.key')]
    const options = ['-index', index, '-CA', crt, '-rsigner', crt, '-rkey', key]
    const child = spawn('openssl', ['ocsp', '-port', String(this.#port), ...options], { stdio: 'ignore' })
    this.#stop = async () => {
      const ended = once(child, 'exit')
      if (child.kill('SIGKILL')) await ended
    }
  }

  stop(): Promise<void> {
    return this.#stop()
  }
}
