import { serves } from '../cluster-view.ts'
import type { Cluster } from './cluster.ts'
import { markerOf } from './recovery.ts'
import type { Steady } from './steady-load.ts'

const KEY = 'steady-key'

/** What is asked of each node all the time; that which needs a key must never be served without. */
export const STEADY: readonly Steady[] = [
  { path: '/steady/open', headers: {}, status: 200 },
  { path: '/steady/keyed', headers: { apikey: KEY }, status: 200 },
  { path: '/steady/keyed', headers: {}, status: 401 },
]

/** A credential of a consumer who may use every route. */
export const steadyKey = { apikey: KEY }

/** Writes what stays as it is in all rounds, some of it such that the older node must not get it. */
export async function writeBase({ stack, admins, nodes }: Cluster): Promise<void> {
  const { admin, echo } = stack
  await admin.put('/services/steady', { url: echo })
  await admin.put('/routes/steady-open', { service: { name: 'steady' }, paths: ['/steady/open'] })
  await admin.put('/routes/steady-keyed', { service: { name: 'steady' }, paths: ['/steady/keyed'] })
  await admin.post('/routes/steady-keyed/plugins', { name: 'key-auth', instance_name: 'door' })
  await admin.put('/consumers/steady', { custom_id: 'steady' })
  await admin.post('/consumers/steady/key-auth', { key: KEY })
  await admin.put('/consumer_groups/gold', {})
  await admin.post('/consumer_groups/gold/consumers', { consumer: 'steady' })
  await admin.put('/services/secure', { host: 'h.test', port: 443, protocol: 'tls', tls_verify: true })
  await admin.put('/upstreams/fast', { algorithm: 'latency', use_srv_name: true })
  for (const { name } of admins) await admin.put(`/consumers/${markerOf(name)}`, {})
  for (const node of nodes) await serves(node, '/steady/keyed', 401)
}
