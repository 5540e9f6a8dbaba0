import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { freePort } from '@biplane/tools/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send } from '../client.ts'
import { dataPlanes, inSync, route, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { makePki, type Pki, Responder } from '../pki.ts'
import { type App, type Stack, startStack } from '../stack.ts'

describe('with cluster_mtls=pki', () => {
  let home: string
  let pki: Pki
  let another: Pki
  let responder: Responder
  let stack: Stack
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'biplane-e2e-pki-'))
    const port = await freePort()
    const asked = ['--ocsp', `http://127.0.0.1:${port}`]
    pki = await makePki(join(home, 'pki'), ['--nodes', '4', ...asked])
    another = await makePki(join(home, 'another'), asked)
    responder = new Responder(pki, port)
    await responder.say([])
    const feed = { feed_cert: join(pki.folder, 'feed.crt'), feed_cert_key: join(pki.folder, 'feed.key') }
    stack = await startStack({
      adminSettings: feed,
      hubSettings: { ...pki.hub, ...feed, cluster_ocsp: 'on', cluster_ocsp_interval: '1' },
      nodeSettings: (name) => pki.node(name === 'dataplane-1' ? 1 : 2),
    })
    await route(stack, 'echo')
    await inSync(stack, 2)
  })
  afterAll(async () => {
    await stack?.close()
    await responder?.stop()
    rmSync(home, { recursive: true, force: true })
  })

  const ids = async () => (await dataPlanes(stack)).map(({ id }) => id).sort()
  /** Lines of a log that hold all of these texts. */
  const lines = (app: App, ...texts: readonly string[]) =>
    app
      .log()
      .split('\n')
      .filter((line) => texts.every((text) => line.includes(text)))
  const refused = async (reason: string) => {
    const { text } = await send(`${stack.hub.status}/metrics`)
    return Number(new RegExp(`refused_total\\{reason="${reason}"\\} (\\d+)`).exec(text)?.[1])
  }

  it('nodes have the ids of their certificates, as gen_pki made them, and serve (e2e-30)', async () => {
    expect(await ids()).toEqual(pki.nodes.slice(0, 2).toSorted())
    for (const node of stack.nodes) await serves(node, '/echo')
  })

  it('a node with a certificate of another authority is refused, with one line in the log', async () => {
    const stranger = await stack.addNode('stranger', {
      ...another.node(1),
      cluster_ca_cert: join(pki.folder, 'ca.crt'),
    })
    const said = [`CN=${another.nodes[0]}`, 'refused a connection']
    await eventually(async () => {
      expect(lines(stack.hub, ...said).length).toBeGreaterThan(0)
      expect(await refused('not_accepted')).toBeGreaterThan(1)
    }, 60_000)
    expect(lines(stack.hub, ...said)).toHaveLength(1)
    expect(lines(stack.hub, ...said)[0]).toContain('its certificate is not accepted: ')
    expect(await ids()).toHaveLength(2)
    expect(await statusOf(stranger, '/echo')).toBe(404)
    await stranger.stop()
  })

  it('a node whose cluster_server_name is not in the certificate of the hub refuses the hub', async () => {
    const misled = await stack.addNode('misled', { ...pki.node(3), cluster_server_name: 'elsewhere.test' })
    await eventually(() => {
      expect(lines(misled, 'cannot follow the source', 'elsewhere.test')).toHaveLength(1)
    }, 60_000)
    expect(await ids()).toHaveLength(2)
    await misled.stop()
  })

  it('a node does not start with the id of another than its certificate', async () => {
    const wrong = stack.addNode('wrong-id', { ...pki.node(3), node_id: pki.nodes[0] ?? '' })
    await expect(wrong).rejects.toThrow(`node_id: cluster_cert was issued to the node ${pki.nodes[2]}`)
  })

  it('a stolen certificate of a node opens no feed, and does not make a hub', async () => {
    const [cert, key] = ['crt', 'key'].map((ending) => readFileSync(join(pki.folder, `node-1.${ending}`)))
    const heard = await new Promise<string>((resolve) => {
      const [host = '', port] = stack.adminApi.feed.split(':')
      const socket = connect({
        host,
        port: Number(port),
        cert,
        key,
        ALPNProtocols: ['h2'],
        rejectUnauthorized: false,
      })
      let told = ''
      socket.on('data', (data) => {
        told += data.toString('latin1')
      })
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(told))
    })
    expect(heard).toBe('')
    expect(lines(stack.adminApi, 'refused a connection', `CN=${pki.nodes[0]}`)).toHaveLength(1)

    const thief = await stack.addHub('thief', { ...pki.node(1), cluster_ca_cert: join(pki.folder, 'ca.crt') })
    const victim = await stack.addNode('victim', { ...pki.node(3), cluster_control_plane: thief.address })
    await eventually(() => {
      expect(lines(victim, 'cannot follow the source', 'unsuitable certificate purpose')).toHaveLength(1)
    }, 60_000)
    expect(await statusOf(victim, '/echo')).toBe(404)
    await Promise.all([victim.stop(), thief.stop()])
  })

  it('a node that is revoked is cut off and keeps its config; the others are untouched', async () => {
    const [first, second] = stack.nodes
    const [spared, revoked] = pki.nodes
    const ends = () => lines(stack.hub, 'node disconnected', `${spared}`)
    const before = ends()
    await responder.say([2])
    await eventually(async () => {
      const states = (await dataPlanes(stack)).map(({ id, state }) => [id, state])
      expect(Object.fromEntries(states)).toEqual({ [`${spared}`]: 'in_sync', [`${revoked}`]: 'offline' })
    }, 60_000)
    expect(lines(stack.hub, 'cut off a connection', `CN=${revoked}`, 'was revoked')).toHaveLength(1)
    await route(stack, 'afterwards')
    await serves(first, '/afterwards')
    expect([await statusOf(second, '/echo'), await statusOf(second, '/afterwards')]).toEqual([200, 404])
    expect(ends()).toEqual(before)
    await eventually(async () => expect(await refused('revoked')).toBeGreaterThan(1))
  })
})
