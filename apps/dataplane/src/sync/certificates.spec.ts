import { identifySource } from '@biplane/protocol/stream'
import { generateCertificate } from '@biplane/service'
import { describe, expect, it } from 'vitest'
import { LinkCertificates, type LinkSettings } from './certificates.ts'

const NODE = 'a9ffe0a7-0a4f-4c4c-8d62-5ea6e3b9b1f1'
const made = (commonName: string) =>
  generateCertificate({ commonName, dnsNames: [], days: 1, now: new Date() })
const [named, other, next] = await Promise.all([made(NODE), made('a-node'), made('another')])
const FILES = { cluster_cert_accepted: [], cluster_ca_cert: null }

function aLink(pair: typeof named, more: Partial<LinkSettings> = {}): LinkCertificates {
  return new LinkCertificates({
    cluster_mtls: 'pki',
    cluster_cert: pair.cert,
    cluster_cert_key: pair.key,
    cluster_cert_accepted: [other.cert],
    cluster_ca_cert: null,
    cluster_server_name: null,
    ...more,
  })
}

describe('the certificates of the link', () => {
  it.each([
    ['that is issued to a node', named, 'pki', NODE],
    ['of another name', other, 'pki', null],
    ['that all share', named, 'shared', null],
  ] as const)('name no node but the one of a certificate %s', (_what, pair, cluster_mtls, id) => {
    expect(aLink(pair, { cluster_mtls }).nodeId(null)).toBe(id)
  })

  it.each([
    ['the same', NODE, NODE],
    ['another', 'b9ffe0a7-0a4f-4c4c-8d62-5ea6e3b9b1f1', null],
  ])('with %s id in the settings: %s makes %s', (_what, set, expected) => {
    const start = () => aLink(named).nodeId(set)
    if (expected === null) expect(start).toThrow(`node_id: cluster_cert was issued to the node ${NODE}`)
    else expect(start()).toBe(expected)
    expect(aLink(named, { cluster_mtls: 'shared' }).nodeId(set)).toBe(set)
    expect(aLink(other).nodeId(set)).toBe(set)
  })

  it.each([
    ['tls-24', 'shared', 'kong_clustering'],
    ['tls-25', 'pki', 'cp.test'],
  ] as const)('%s: in mode %s ask for the name %s', (_id, cluster_mtls, name) => {
    const link = aLink(named, { cluster_mtls, cluster_server_name: 'cp.test' })
    expect(identifySource(link, 'localhost:8005').askFor).toBe(name)
  })

  it('know a hub by its certificate or by its authority', () => {
    expect(aLink(named, { cluster_mtls: 'shared' }).sources()).toEqual({
      kind: 'shared',
      accepted: [other.cert],
    })
    const pki = { cluster_ca_cert: other.cert, cluster_server_name: 'hub.test' }
    const expected = { kind: 'pki', authorities: other.cert, serverName: 'hub.test' }
    expect(aLink(named, pki).sources()).toEqual(expected)
  })

  it('stay as they are when others do not fit each other', () => {
    const link = aLink(other)
    expect(() => link.replace({ ...FILES, cluster_cert: next.cert, cluster_cert_key: other.key })).toThrow()
    expect(link.credentials()).toEqual(other)
    link.replace({ ...FILES, cluster_cert: next.cert, cluster_cert_key: next.key })
    expect(link.credentials()).toEqual(next)
  })

  it('do not become those of another node', () => {
    const link = aLink(named)
    const files = { ...FILES, cluster_cert: other.cert, cluster_cert_key: other.key }
    expect(() => link.replace(files)).toThrow(`it is that of no node, not of ${NODE}`)
    expect(link.credentials()).toEqual(named)
  })
})
