import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send } from '../../client.ts'
import { inSync } from '../../cluster-view.ts'
import { eventually } from '../../eventually.ts'
import { type Containers, startContainers } from '../containers.ts'
import { REPOSITORY } from '../engine.ts'
import { figure, seconds } from '../figures.ts'
import { firstRequest } from '../first-request.ts'
import { portOf } from '../project.ts'

describe('docker compose up', () => {
  let cluster: Containers
  afterAll(() => cluster?.down())
  beforeAll(async () => {
    const started = performance.now()
    cluster = await startContainers()
    figure('compose up with images built, until all containers run', seconds(performance.now() - started))
    await firstRequest(cluster.adminUrl, cluster.nodes[0].proxy, cluster.echo, 60_000)
    figure(
      'compose up with images built, until the first proxied request',
      seconds(performance.now() - started),
    )
  })

  it('brings up what the tour of the README needs', async () => {
    await inSync(cluster, 2)
    for (const command of tour()) {
      const answer = await eventually(() => {
        const printed = execFileSync('sh', ['-c', command], { encoding: 'utf8', stdio: 'pipe' })
        // A change is on the nodes some milliseconds after it was acknowledged; a script types faster than that.
        expect(printed).not.toContain('no Route matched')
        return printed
      })
      expect(answer, command).not.toMatch(/^HTTP\/1.1 (400|404|5..)/)
    }
    for (const { proxy } of cluster.nodes) {
      await eventually(async () => {
        expect((await send(`${proxy}/echo/hello`)).status).toBe(401)
        const answer = await send(`${proxy}/echo/hello`, { headers: { apikey: 'secret' } })
        expect(answer.json()).toMatchObject({ path: '/hello', headers: { 'x-consumer-username': 'alice' } })
      })
    }
  })

  it('serves over TLS as well', async () => {
    for (const port of [8444, 8443, 8453].map(portOf)) {
      const printed = execFileSync('curl', [
        '-sk',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}',
        `https://127.0.0.1:${port}/`,
      ])
      expect([port, `${printed}`]).toEqual([port, port === portOf(8444) ? '200' : '404'])
    }
  })

  it('keeps config and secrets when everything is taken down and brought up again', async () => {
    const pair = await cluster.exec('dataplane-1', 'cat', '/run/biplane/cluster/cluster.crt')
    await cluster.compose('down')
    await cluster.compose('up', '-d')
    await inSync(cluster, 2, 60_000)
    expect(await cluster.exec('dataplane-1', 'cat', '/run/biplane/cluster/cluster.crt')).toBe(pair)
    expect((await send(`${cluster.nodes[1].proxy}/first`)).status).toBe(200)
  })
})

/** The commands of the README's tour, with the upstream that the README names for containers and the ports of the tests. */
function tour(): string[] {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8')
  const section = /^## [^\n]*tour.*?(?=^## )/ims.exec(readme)?.[0] ?? ''
  const commands = [...section.matchAll(/^curl .*$/gm)].map(([command]) =>
    command
      .replace('http://localhost:8090', 'http://echo:8090')
      .replace(/localhost:(\d+)/g, (_, port) => `127.0.0.1:${portOf(Number(port))}`),
  )
  expect(commands.length).toBeGreaterThan(5)
  return commands
}
