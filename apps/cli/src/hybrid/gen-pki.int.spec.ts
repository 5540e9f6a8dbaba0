import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aFolder, biplane } from '../fixtures/run.ts'

const DAY_MS = 86_400_000
const [FOR_SERVERS, FOR_CLIENTS] = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']

function certificateIn(folder: string, name: string): X509Certificate {
  const certificate = new X509Certificate(readFileSync(join(folder, `${name}.crt`)))
  expect(certificate.checkPrivateKey(createPrivateKey(readFileSync(join(folder, `${name}.key`))))).toBe(true)
  expect(statSync(join(folder, `${name}.key`)).mode & 0o777).toBe(0o600)
  return certificate
}

const daysOf = ({ validToDate }: X509Certificate) => (validToDate.getTime() - Date.now()) / DAY_MS

describe('hybrid gen_pki', () => {
  it('makes an authority, and from it a certificate for hubs and one for a node', async () => {
    const cwd = aFolder()
    const ended = await biplane(['hybrid', 'gen_pki', '--json'], { cwd })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const folder = join(cwd, 'pki')
    const [ca, hub, node] = ['ca', 'hub', 'node-1'].map((name) => certificateIn(folder, name))
    if (ca === undefined || hub === undefined || node === undefined) throw new Error('one is missing')
    expect([ca.ca, hub.ca, node.ca]).toEqual([true, false, false])
    for (const issued of [hub, node]) expect(issued.checkIssued(ca) && issued.verify(ca.publicKey)).toBe(true)
    expect([ca.keyUsage, hub.keyUsage, node.keyUsage]).toEqual([undefined, [FOR_SERVERS], [FOR_CLIENTS]])
    expect([hub.checkHost('localhost'), hub.checkIP('127.0.0.1')]).toEqual(['localhost', '127.0.0.1'])
    const [listed] = [ended.json().nodes].flat()
    expect(listed).toMatchObject({ cert: join(folder, 'node-1.crt') })
    expect(`CN=${Object(listed).node_id}`).toBe(node.subject)
    expect([daysOf(ca), daysOf(hub), daysOf(node)].map(Math.round)).toEqual([10_950, 1095, 1095])
    expect(certificateIn(folder, 'feed').subject).toBe('CN=kong_clustering')
  })

  it('takes names, days, a responder and a number of nodes', async () => {
    const folder = aFolder()
    const options = ['--hub', 'hub.test, 192.0.2.1', '-d', '3', '-n', '2', '--ocsp', 'http://ocsp.test/']
    await biplane(['hybrid', 'gen_pki', folder, ...options])
    const hub = certificateIn(folder, 'hub')
    expect([hub.checkHost('hub.test'), hub.checkIP('192.0.2.1')]).toEqual(['hub.test', '192.0.2.1'])
    const nodes = ['node-1', 'node-2'].map((name) => certificateIn(folder, name))
    expect(new Set(nodes.map(({ subject }) => subject)).size).toBe(2)
    for (const node of nodes) {
      expect(node.infoAccess).toContain('OCSP - URI:http://ocsp.test/')
      expect(Math.round(daysOf(node))).toBe(3)
    }
  })

  it('issues to more nodes from the authority that is there', async () => {
    const folder = aFolder()
    await biplane(['hybrid', 'gen_pki', folder])
    const ca = certificateIn(folder, 'ca')
    expect(await biplane(['hybrid', 'gen_pki', folder, '--more'])).toMatchObject({ code: 0 })
    expect(certificateIn(folder, 'node-2').verify(ca.publicKey)).toBe(true)
    expect(certificateIn(folder, 'ca').fingerprint256).toBe(ca.fingerprint256)
  })

  it.each(['ca.key', 'hub.crt', 'node-1.crt', 'feed.key'])('overwrites no %s', async (name) => {
    const folder = aFolder()
    writeFileSync(join(folder, name), 'mine')
    const ended = await biplane(['hybrid', 'gen_pki', folder])
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`${name} exists`) })
    expect(readdirSync(folder)).toEqual([name])
  })

  it('says that there is no authority', async () => {
    const folder = aFolder()
    const ended = await biplane(['hybrid', 'gen_pki', folder, '--more'])
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('no authority to issue from') })
    expect(readdirSync(folder)).toEqual([])
  })
})
