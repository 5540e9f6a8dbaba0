import { describe, expect, it } from 'vitest'
import { dataPlanes, inSync, route, serves } from '../../cluster-view.ts'
import { useContainers } from '../containers.ts'
import { docker } from '../engine.ts'
import { figure, seconds } from '../figures.ts'
import { containerIds } from '../project.ts'

describe('scaling data planes', () => {
  const cluster = useContainers()

  it('adds two that get the config and serve, and takes them away again', async () => {
    const started = performance.now()
    await cluster.compose('up', '-d', '--scale', 'dataplane=2')
    const proxies = await Promise.all((await containerIds('dataplane')).map(proxyOf))
    expect(new Set(proxies).size).toBe(2)
    for (const proxy of proxies) await serves({ proxy }, '/base', 200, 60_000)
    figure('two more data planes, until both serve', seconds(performance.now() - started))
    await inSync(cluster, 4, 60_000)
    await route(cluster, 'for-four')
    for (const { proxy } of [...cluster.nodes, ...proxies.map((proxy) => ({ proxy }))])
      await serves({ proxy }, '/for-four')
    await cluster.compose('up', '-d')
    await inSync(cluster, 2, 60_000)
    expect((await dataPlanes(cluster)).filter(({ state }) => state === 'offline')).toHaveLength(2)
  })

  it('lets containers of the traffic network reach all of them by one name', async () => {
    const script = `require('node:dns').resolve4('dataplane', (error, found) => console.log(error ?? found.length))`
    expect(await cluster.exec('echo', 'node', '-e', script)).toBe('2')
  })
})

async function proxyOf(id: string): Promise<string> {
  const port = (await docker('port', id, '8000')).split('\n')[0]?.split(':').at(-1)
  return `http://127.0.0.1:${port}`
}
