import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send } from '../../client.ts'
import { inSync } from '../../cluster-view.ts'
import { eventually } from '../../eventually.ts'
import { containers } from '../containers.ts'
import { REPOSITORY } from '../engine.ts'
import { figure, seconds } from '../figures.ts'
import { firstRequest } from '../first-request.ts'
import { portOf } from '../project.ts'

describe('docker compose up', () => {
  const cluster = containers()
  afterAll(() => cluster.down())
  beforeAll(async () => {
    const started = performance.now()
    await cluster.up()
    figure('compose up with images built, until all containers run', seconds(performance.now() - started))
    await firstRequest(cluster.adminUrl, cluster.nodes[0].proxy, cluster.echo, 60_000)
    figure(
      'compose up with images built, until the first proxied request',
      seconds(performance.now() - started),
    )
  })

  it('brings up what the tour of the README needs', async () => {
    await inSync(cluster, 2)
    for (const { command, status } of tour()) {
      const run = (): void => {
        const printed = execFileSync('sh', ['-c', command], { encoding: 'utf8', stdio: 'pipe' })
        if (status !== undefined) expect(printed, command).toMatch(new RegExp(`^HTTP/1.1 ${status}`))
      }
      // A change is on the nodes some milliseconds after it was acknowledged; a script types faster than that.
      if (command.includes(' -X ')) run()
      else await eventually(run)
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

/**
 * The commands of the README's tour and the statuses they end with, with the upstream that the README names for
 * containers and the ports of the tests.
 */
function tour(): { command: string; status: string | undefined }[] {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8')
  const section = readme.split(/^## /m).find((text) => /^.*tour\n/.test(text)) ?? ''
  const steps = [...section.matchAll(/^(curl .*?)(?:\s+# (\d+))?$/gm)].map(([, command = '', status]) => ({
    status,
    command: command
      .replace('http://localhost:8090', 'http://echo:8090')
      .replace(/localhost:(\d+)/g, (_, port) => `127.0.0.1:${portOf(Number(port))}`),
  }))
  expect(steps.length).toBeGreaterThan(5)
  return steps
}
