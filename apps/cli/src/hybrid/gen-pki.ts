import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { type CertificatePair, generateCertificate, generateClusterPair } from '@biplane/service'
import { Failure } from '../frame/failure.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { refuseExisting, writeFiles } from './write-files.ts'
import { filesOf, type PairPaths } from './write-pair.ts'

export interface PkiOptions {
  /** How long the certificates are valid; the authority ten times as long. */
  readonly days: number
  /** How many certificates of nodes. */
  readonly nodes: number
  /** What the certificate of the hubs is valid for: names and addresses. */
  readonly hub: readonly string[]
  /** The responder that is named in the certificates of nodes. */
  readonly ocsp?: string
  /** Makes certificates of nodes alone, from the authority that is there. */
  readonly more?: boolean
}

interface Made {
  readonly paths: PairPaths
  readonly pair: CertificatePair
  readonly nodeId?: string
}

/** Makes an authority and what it issues to hubs and nodes, and the pair of the feed, as files of one folder. */
export async function generatePki(
  _session: Session,
  options: PkiOptions,
  folder = './pki',
): Promise<Outcome> {
  const { days, more = false, ocsp } = options
  const now = new Date()
  const pathsOf = (name: string): PairPaths => ({
    cert: join(folder, `${name}.crt`),
    key: join(folder, `${name}.key`),
  })
  const names = nodeNames(options, pathsOf)
  const others = more ? [] : ['ca', 'hub', 'feed']
  refuseExisting([...others, ...names].flatMap((name) => Object.values(pathsOf(name))))
  const ca = more
    ? readAuthority(pathsOf('ca'))
    : await generateCertificate({
        ...{ commonName: 'biplane authority', dnsNames: [], days: days * 10, now, authority: true },
      })
  const made: Made[] = more ? [] : await controlPlane(ca, options, now, pathsOf)
  for (const name of names) {
    const nodeId = randomUUID()
    const wish = { commonName: nodeId, dnsNames: [], days, now, usages: ['client'] as const }
    const pair = await generateCertificate(ocsp === undefined ? wish : { ...wish, ocspResponder: ocsp }, ca)
    made.push({ paths: pathsOf(name), pair, nodeId })
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFiles(made.flatMap(({ paths, pair }) => filesOf(paths, pair)))
  return told(made, resolve(folder), new Date(now.getTime() + days * DAY_MS))
}

const DAY_MS = 86_400_000

/** Numbered from 1, or on from those that are there. */
function nodeNames({ nodes, more = false }: PkiOptions, pathsOf: (name: string) => PairPaths): string[] {
  let last = 0
  while (more && existsSync(pathsOf(`node-${last + 1}`).cert)) last += 1
  return Array.from({ length: nodes }, (_, index) => `node-${last + index + 1}`)
}

function readAuthority({ cert, key }: PairPaths): CertificatePair {
  try {
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure(`there is no authority to issue from: ${reason}`, { cause: error })
  }
}

async function controlPlane(
  ca: CertificatePair,
  { days, hub }: PkiOptions,
  now: Date,
  pathsOf: (name: string) => PairPaths,
): Promise<Made[]> {
  const names = {
    dnsNames: hub.filter((name) => isIP(name) === 0),
    ipAddresses: hub.filter((name) => isIP(name) !== 0),
  }
  const wish = { commonName: 'biplane hub', ...names, days, now, usages: ['server'] as const }
  return [
    { paths: pathsOf('ca'), pair: ca },
    { paths: pathsOf('hub'), pair: await generateCertificate(wish, ca) },
    { paths: pathsOf('feed'), pair: await generateClusterPair({ days, now }) },
  ]
}

function told(made: readonly Made[], folder: string, until: Date): Outcome {
  const nodes = made.flatMap(({ paths, nodeId }) =>
    nodeId === undefined ? [] : [{ node_id: nodeId, cert: resolve(paths.cert), key: resolve(paths.key) }],
  )
  const day = until.toISOString().slice(0, 10)
  return {
    json: {
      folder,
      files: made.map(({ paths }) => resolve(paths.cert)),
      nodes,
      valid_until: until.toISOString(),
    },
    text: [
      ...made.map(({ paths, nodeId }) =>
        nodeId === undefined ? `Wrote ${paths.cert}.` : `Wrote ${paths.cert}, of the node ${nodeId}.`,
      ),
      `They are valid until ${day}, each with its private key beside it. Keep ca.key where no hub and no node can read it.`,
    ],
  }
}
