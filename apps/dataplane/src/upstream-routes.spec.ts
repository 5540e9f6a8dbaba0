import { createLogger, createMetrics, LogLevelSwitch, statusServer } from '@biplane/service'
import { describe, expect, it } from 'vitest'
import { shownHealth } from './health/fixtures/shown-health.ts'
import { upstreamRoutes } from './upstream-routes.ts'
import { nextTry } from './upstreams/fixtures/some-upstreams.ts'

const checked = { healthchecks: { passive: { unhealthy: { http_failures: 1 } } } }
const zone = {
  a: {
    'a.test': [
      { ip: '10.0.1.1', ttl: 60 },
      { ip: '10.0.1.2', ttl: 60 },
    ],
    'bad.test': 'ESERVFAIL',
  },
  srv: { 'srv.test': [{ name: 'a.test', port: 81, priority: 1, weight: 7 }], 'bad.test': 'ESERVFAIL' },
}

function aStatus() {
  const { world, health } = shownHealth({ zone })
  const app = statusServer(
    {
      status: () => ({}),
      ready: () => ({ ready: true, message: 'ready' }),
      metrics: createMetrics({ processMetrics: false }),
      levels: new LogLevelSwitch('notice'),
      routes: upstreamRoutes(health, 'the-node'),
    },
    createLogger({ log_level: 'emerg' }, 'dataplane'),
  )
  const get = async (url: string) => {
    const answer = await app.inject(url)
    return { code: answer.statusCode, body: answer.json() }
  }
  return { world, app, get }
}

describe('the health of an upstream', () => {
  it('is that of its targets, with their addresses', async () => {
    const { world, get } = aStatus()
    const pool = world.pool(checked, ['10.0.0.1:80'], ['a.test:80', 10], ['none.test:80'], ['10.0.0.2:80', 0])
    const { id } = pool
    world.serve(world.balancers.putTarget(world.target(pool, 'gone.test:80', 0)))
    // It fails for whoever comes first to the last address of a name.
    for (let failed = false; !failed; ) {
      const tried = await nextTry(world.tries())
      failed = tried.ip === '10.0.1.2'
      tried.answered(failed ? 500 : 200)
      tried.over()
    }
    const { code, body } = await get('/upstreams/pool.internal/health')
    expect([code, body.node_id, body.next]).toEqual([200, 'the-node', null])
    const shown = body.data.map(({ target, health }: Record<string, string>) => [target, health])
    expect(Object.fromEntries(shown)).toEqual({
      '10.0.0.1:80': 'HEALTHY',
      'a.test:80': 'HEALTHY',
      'none.test:80': 'DNS_ERROR',
      '10.0.0.2:80': 'HEALTHCHECKS_OFF',
      'gone.test:80': 'HEALTHCHECKS_OFF',
    })
    const named = body.data.find(({ target }: Record<string, string>) => target === 'a.test:80')
    expect(named).toMatchObject({
      upstream: { id },
      weight: 10,
      tags: null,
      data: { host: 'a.test', port: 80, dns: 'A', nodeWeight: 10 },
    })
    expect(named.data.addresses).toEqual([
      { ip: '10.0.1.1', port: 80, weight: 10, health: 'HEALTHY' },
      { ip: '10.0.1.2', port: 80, weight: 10, health: 'UNHEALTHY' },
    ])
    expect((await get(`/upstreams/${id}/health`)).body).toEqual(body)
  })

  it.each([
    ['srv.test:80', { host: 'srv.test', port: 80, dns: 'SRV', nodeWeight: 100 }, 14],
    ['bad.test:80', { dns: 'dns server error: 2 server failure', addresses: [] }, 0],
    ['none.test:80', { dns: 'dns server error: 3 name error', addresses: [] }, 0],
    ['[fd00::1]:80', { dns: 'AAAA', host: 'fd00:0000:0000:0000:0000:0000:0000:0001' }, 100],
  ])('tells what %s resolved to', async (target, data, total) => {
    const { world, get } = aStatus()
    world.pool(checked, [target])
    const { body } = await get('/upstreams/pool.internal/health')
    expect(body.data[0].data).toMatchObject({
      ...data,
      weight: { total, available: total, unavailable: 0 },
    })
  })

  it('is off where nothing is checked', async () => {
    const { world, get } = aStatus()
    const { id } = world.pool({}, ['10.0.0.1:80'])
    const { body } = await get('/upstreams/pool.internal/health')
    expect(body.data[0]).toMatchObject({
      health: 'HEALTHCHECKS_OFF',
      data: { addresses: [{ health: 'HEALTHCHECKS_OFF' }] },
    })
    expect((await get('/upstreams/pool.internal/health?balancer_health=1')).body).toEqual({
      data: { health: 'HEALTHCHECKS_OFF', balancer_health: 'HEALTHCHECKS_OFF', id },
      next: null,
      node_id: 'the-node',
    })
  })

  it.each([
    [0, 'HEALTHY'],
    [60, 'UNHEALTHY'],
  ])('as a whole says with a threshold of %d that it is %s', async (threshold, health) => {
    const { world, get } = aStatus()
    const { healthchecks } = checked
    const { id } = world.pool(
      { healthchecks: { ...healthchecks, threshold } },
      ['10.0.0.1:80'],
      ['10.0.0.2:80'],
    )
    const tried = await nextTry(world.tries())
    tried.answered(500)
    tried.over()
    const hosts = ['10.0.0.1', '10.0.0.2'].map((ip) => {
      const unavailable = ip === tried.ip ? 100 : 0
      return {
        ...{ host: ip, port: 80, dns: 'A', nodeWeight: 100 },
        weight: { total: 100, available: 100 - unavailable, unavailable },
        addresses: [{ ip, port: 80, weight: 100, healthy: ip !== tried.ip }],
      }
    })
    expect((await get('/upstreams/pool.internal/health?balancer_health=1')).body.data).toEqual({
      ...{ health, balancer_health: health, id },
      details: {
        healthy: health === 'HEALTHY',
        weight: { total: 200, available: 100, unavailable: 100 },
        hosts,
      },
    })
  })

  it('is bad where an upstream has nobody to send requests to', async () => {
    const { world, get } = aStatus()
    world.pool(checked)
    expect((await get('/upstreams/pool.internal/health')).body.data).toEqual([])
    expect((await get('/upstreams/pool.internal/health?balancer_health=1')).body.data).toMatchObject({
      health: 'UNHEALTHY',
    })
  })
})

describe('the targets of an upstream', () => {
  it('are listed, the newest first, in pages', async () => {
    const { world, get } = aStatus()
    world.pool({}, ['10.0.0.1:80'], ['10.0.0.2:80'], ['10.0.0.3:80', 0])
    const all = (await get('/upstreams/pool.internal/targets')).body
    // They are of one moment: what remains is the order of their ids.
    const ids = all.data.map(({ id }: Record<string, string>) => id)
    expect(ids).toEqual(ids.toSorted().reverse())
    expect(all).toMatchObject({ next: null, data: [{ tags: null }, {}, {}] })
    const first = (await get('/upstreams/pool.internal/targets?size=2')).body
    expect(first).toEqual({
      data: all.data.slice(0, 2),
      next: '/upstreams/pool.internal/targets?offset=2&size=2',
      offset: '2',
    })
    expect((await get(first.next)).body).toEqual({ data: all.data.slice(2), next: null })
    expect((await get('/upstreams/pool.internal/health?size=1&offset=2')).body.data).toHaveLength(1)
  })

  it('are listed in order of their ids where all are asked for', async () => {
    const { world, get } = aStatus()
    world.pool({}, ['10.0.0.1:80'], ['10.0.0.2:80'])
    const { body } = await get('/upstreams/pool.internal/targets/all')
    const ids = body.data.map(({ id }: Record<string, string>) => id)
    expect([ids, body.next]).toEqual([ids.toSorted(), null])
  })

  it('are found by id and by address', async () => {
    const { world, get } = aStatus()
    const pool = world.pool({}, ['10.0.0.1:8000'])
    const target = world.target(pool, '10.0.0.2:8000')
    world.serve(world.balancers.putTarget(target))
    for (const key of [target.id, '10.0.0.2:8000', '10.0.0.2'])
      expect(await get(`/upstreams/${pool.id}/targets/${key}`)).toEqual({ code: 200, body: target })
  })
})

describe('what is not there', () => {
  it.each([
    '/upstreams',
    '/upstreams/other/health',
    '/upstreams/other/targets',
    '/upstreams/pool.internal',
    '/upstreams/pool.internal/targets/10.0.0.9',
    '/upstreams/pool.internal/targets/10.0.0.1:80/healthy',
  ])('is %s', async (url) => {
    const { world, get } = aStatus()
    world.pool({}, ['10.0.0.1:80'])
    expect(await get(url)).toEqual({ code: 404, body: { message: 'Not found' } })
  })

  it.each([
    ['size=x', 'invalid size', 9, 'size must be a number'],
    ['offset=x', 'invalid offset', 7, "'x' is not a valid offset: not a number"],
  ])('is a page with %s', async (query, name, code, message) => {
    const { world, get } = aStatus()
    world.pool({}, ['10.0.0.1:80'])
    const answer = await get(`/upstreams/pool.internal/health?${query}`)
    expect(answer).toEqual({ code: 400, body: { code, name, message } })
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)('is %s', async (method) => {
    const { app } = aStatus()
    for (const path of ['health', 'targets', 'targets/all', 'targets/a']) {
      const payload = { method, url: `/upstreams/a/${path}`, payload: '{', headers: { 'content-type': 'x' } }
      const answer = await app.inject(payload)
      expect([answer.statusCode, answer.json()]).toEqual([405, { message: 'Method not allowed' }])
    }
  })
})
