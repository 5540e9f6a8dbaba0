import { adminClient, send } from '../client.ts'
import { eventually } from '../eventually.ts'

/** Milliseconds until a newcomer's first request is proxied: a service and a route are made as soon as that is possible. */
export async function firstRequest(
  adminUrl: string,
  proxy: string,
  upstream: string,
  withinMs: number,
): Promise<number> {
  const started = performance.now()
  const admin = adminClient(() => adminUrl)
  await eventually(async () => {
    await admin.put('/services/first', { url: upstream })
    await admin.put('/routes/first', { service: { name: 'first' }, paths: ['/first'] })
  }, withinMs)
  await eventually(async () => {
    const { status } = await send(`${proxy}/first`)
    if (status !== 200) throw new Error(`${proxy} answers ${status}`)
  }, withinMs)
  return performance.now() - started
}
