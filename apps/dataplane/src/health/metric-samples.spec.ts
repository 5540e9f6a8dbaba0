import { expect, it } from 'vitest'
import { nextTry } from '../upstreams/fixtures/some-upstreams.ts'
import { shownHealth } from './fixtures/shown-health.ts'
import { upstreamSamples } from './metric-samples.ts'

const checked = { healthchecks: { passive: { unhealthy: { http_failures: 1 } } } }

it.each([
  ['healthy', checked, '10.0.0.1:80', '10.0.0.1:80', 200],
  ['unhealthy', checked, '10.0.0.1:80', '10.0.0.1:80', 500],
  ['healthchecks_off', {}, '10.0.0.1:80', '10.0.0.1:80', 500],
  ['dns_error', checked, 'none.test:80', '', null],
])('an address is in one state, such as %s', async (is, fields, target, address, answered) => {
  const { world, health } = shownHealth({ measuredFor: ['http', 'stream'] })
  world.pool(fields, [target])
  if (answered !== null) (await nextTry(world.tries())).answered(answered)
  const states = ['healthchecks_off', 'healthy', 'unhealthy', 'dns_error']
  expect(upstreamSamples(await health.measured())).toEqual(
    ['http', 'stream'].flatMap((subsystem) =>
      states.map((state) => [
        { upstream: 'pool.internal', target, address, state, subsystem },
        Number(state === is),
      ]),
    ),
  )
})

it('nothing is shown that nobody asks for', async () => {
  const { world, health } = shownHealth()
  world.pool(checked, ['10.0.0.1:80'])
  expect(await health.measured()).toMatchObject({ reports: [], subsystems: [] })
})
