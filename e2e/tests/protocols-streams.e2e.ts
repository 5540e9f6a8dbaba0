import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../program.ts'
import { makePair, type Pair } from '../protocols/certificates.ts'
import { type DnsServer, startDnsServer } from '../protocols/dns-server.ts'
import { type Gateway, type ProtocolNode, startGateway } from '../protocols/gateway.ts'
import { handshake, talk } from '../protocols/openssl.ts'
import { destinations, lead, routeAll, served, showCertificate } from '../protocols/routes.ts'

describe('clients of streams that others wrote', () => {
  let gateway: Gateway
  let node: ProtocolNode
  let dns: DnsServer
  let pair: Pair
  beforeAll(async () => {
    dns = await startDnsServer('192.0.2.53')
    gateway = await startGateway()
    node = gateway.nodes[0]
    await lead(gateway, gateway.old)
    await routeAll(gateway)
    pair = await makePair(gateway.folder, '*.biplane.test')
    await showCertificate(gateway, '5f8b8f7e-3c2a-4f57-9d0c-0c8d0a3b1e04', pair, ['*.biplane.test'])
    const { admin } = gateway.stack
    for (const [protocol, of] of [
      ['tcp', 'dnsTcp'],
      ['udp', 'dnsUdp'],
    ] as const) {
      const name = `dns-${protocol}`
      await admin.put(`/services/${name}`, { protocol, host: '127.0.0.1', port: dns.ports[protocol] })
      await admin.put(`/routes/${name}`, {
        service: { name },
        protocols: [protocol],
        destinations: destinations(gateway.nodes, of),
      })
    }
    const service = { name: 'postgres' }
    await admin.put('/routes/pg-tls', { service, protocols: ['tls'], snis: ['pg.biplane.test'] })
    await served(gateway)
  })
  afterAll(async () => {
    await gateway?.close()
    await dns?.close()
  })

  const dig = async (flag = '+notcp'): Promise<string> => {
    const port = node.ports[flag === '+tcp' ? 'dnsTcp' : 'dnsUdp']
    const asking = ['@127.0.0.1', '-p', String(port), flag, 'who.test', 'A']
    return (await run('dig', ['+short', '+tries=3', '+time=2', ...asking])).stdout
  }

  it.each(['+notcp', '+tcp'])('dig %s asks a server of names', async (flag) => {
    expect(await dig(flag)).toBe('192.0.2.53\n')
  })

  it('dig asks from many ports at once, and each question has its answer', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => dig()))
    expect(new Set(answers)).toEqual(new Set(['192.0.2.53\n']))
  })

  it('psql works in the database of the cluster', async () => {
    const target = `host=127.0.0.1 port=${node.ports.postgres} user=kong dbname=kong sslmode=disable`
    const variables = { PGPASSWORD: 'kong' }
    const { stdout } = await run('psql', ['-XAtq', target, '-c', 'select count(*) > 5 from journal'], {
      variables,
    })
    expect(stdout).toBe('t\n')
    const long = await run('psql', ['-XAtq', target, '-c', "select repeat('x', 3000000)"], { variables })
    expect(long.stdout).toHaveLength(3_000_001)
  })

  it('pg, which begins with TLS, works in it where that ends at the node', async () => {
    const client = new pg.Client({
      ...{ host: '127.0.0.1', port: node.ports.tls, user: 'kong', password: 'kong', database: 'kong' },
      ssl: { ca: pair.cert, servername: 'pg.biplane.test' },
      sslnegotiation: 'direct',
    })
    await client.connect()
    const { rows } = await client.query('select 6 * 7 as answer')
    expect(rows).toEqual([{ answer: 42 }])
    await client.end()
  })

  it.each([
    ['ends.biplane.test', 'of which TLS ends at the node', 'CN = *.biplane.test'],
    ['twice.biplane.test', 'of which TLS ends at the node, and begins again', 'CN = *.biplane.test'],
    ['passes.biplane.test', 'of which TLS passes through', 'CN = upstream.test'],
  ])('s_client for %s, %s, is shown the right certificate, and talks', async (name, _, subject) => {
    const shown = await handshake(node.ports.tls, ['-servername', name])
    expect(shown.subject).toBe(`O = first, ${subject}`)
    const talking = talk(node.ports.tls, name)
    talking.say('hello\n')
    expect((await talking.hear(/^.*\n/)).join()).toBe('old:hello\n')
    // The upstream hears that nothing more comes, and ends its side.
    expect(await talking.leave()).toMatchObject({ code: 0 })
  })

  it('s_client is turned away where no route has the name', async () => {
    await expect(handshake(node.ports.tls, ['-servername', 'nobody.example'])).rejects.toThrow()
  })
})
