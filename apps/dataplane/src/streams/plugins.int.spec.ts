import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { someFacilities } from '@biplane/plugins/fixtures'
import { expect, it } from 'vitest'
import { aStreamGateway } from '../fixtures/a-stream-gateway.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { aServer, echoAs, heardUntilClosed } from './fixtures/a-server.ts'

const open = closedAfterEach()

/** A gateway to an echo, and what its plugins measured. */
async function world() {
  const measured: unknown[] = []
  const note = ({ name }: { readonly name: string }, labels: readonly string[], value: number): void =>
    void measured.push([name, labels, value])
  const facilities = { ...someFacilities(), metrics: { add: note, observe: note } }
  const gateway = await aStreamGateway({ facilities })
  open.push(gateway)
  const { port } = await aServer(open, echoAs('hello'))
  const service = gateway.put('services', { name: 'echo', protocol: 'tcp', host: '127.0.0.1', port })
  gateway.put('routes', {
    name: 'all',
    protocols: ['tcp'],
    destinations: [{ port: gateway.port }],
    service: { id: service.id },
  })
  const said = async (text: string): Promise<string> => {
    gateway.serve()
    const socket = connect({ port: gateway.port, host: '127.0.0.1' })
    socket.end(text)
    return heardUntilClosed(socket)
  }
  return { gateway, said, measured, service }
}

it('a stream that a plugin refuses is closed without a word, before any upstream is asked', async () => {
  const { gateway, said } = await world()
  gateway.put('plugins', { name: 'ip-restriction', config: { deny: ['127.0.0.0/8'] } })
  expect(await said('let me in')).toBe('')
  await expect.poll(() => gateway.over.length).toBe(1)
  expect(gateway.over[0]?.record).toMatchObject({ status: 403, answeredBy: 'gateway', attempts: null })
})

it('plugins of requests alone run on no stream, whatever they are configured for', async () => {
  const { gateway, said } = await world()
  gateway.put('plugins', { name: 'request-termination' })
  gateway.put('plugins', { name: 'request-transformer', protocols: ['tcp'] })
  gateway.put('plugins', {
    name: 'ip-restriction',
    protocols: ['http', 'https'],
    config: { deny: ['127.0.0.1'] },
  })
  expect(await said(' world')).toBe('hello: world')
})

it('a stream is logged when it is over, in the fields of Kong, and measured', async () => {
  const { gateway, said, measured, service } = await world()
  const folder = await mkdtemp(join(tmpdir(), 'biplane-stream-log-'))
  open.push({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) })
  const path = join(folder, 'log')
  gateway.put('plugins', { name: 'file-log', protocols: ['tcp'], config: { path } })
  const config = { status_code_metrics: true, bandwidth_metrics: true }
  gateway.put('plugins', { name: 'prometheus', protocols: ['tcp', 'http'], config })
  expect(await said(' world')).toBe('hello: world')
  const entry = await expect
    .poll(() => readFile(path, 'utf8').catch(() => ''))
    .toMatch(/\n$/)
    .then(async () => JSON.parse(await readFile(path, 'utf8')))
  expect(entry).toMatchObject({
    session: { received: 6, sent: 12, status: 200, server_port: gateway.port },
    upstream: { received: 12, sent: 6 },
    latencies: { kong: expect.any(Number), session: expect.any(Number) },
    tries: [{ ip: '127.0.0.1', balancer_latency: expect.any(Number) }],
    route: { name: 'all', protocols: ['tcp'] },
    service: { id: service.id, name: 'echo' },
    client_ip: '127.0.0.1',
    started_at: expect.any(Number),
  })
  expect(measured).toEqual([
    ['kong_stream_sessions_total', ['echo', 'all', '200', 'service'], 1],
    ['kong_bandwidth_bytes', ['echo', 'all', 'ingress', ''], 6],
    ['kong_bandwidth_bytes', ['echo', 'all', 'egress', ''], 12],
  ])
})
