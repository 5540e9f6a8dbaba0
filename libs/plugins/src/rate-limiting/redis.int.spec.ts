import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { aContext, anInputWith, configOf, someFacilities } from '../fixtures.ts'
import { aRedis, freePort, isRedisMissing, type RunningRedis } from './a-redis.ts'
import { rateLimiting } from './handler.ts'

/** A time in the middle of all of its windows. */
const NOW = Date.parse('2024-05-16T12:30:30.500Z')

describe.skipIf(isRedisMissing())('rate-limiting in a Redis', () => {
  it('lets exactly as many pass as it may, whoever asks', async () => {
    const redis = await started()
    const nodes = [limiter(redis, { hour: 50 }), limiter(redis, { hour: 50 })]
    const asks = Array.from({ length: 64 }, () => nodes.map((ask) => ask()))
    const verdicts = await Promise.all(asks.flat())
    expect(verdicts.filter((verdict) => verdict === undefined)).toHaveLength(50)
  })

  it('counts in all periods or in none', async () => {
    const redis = await started()
    const ask = limiter(redis, { minute: 1, hour: 9 })
    expect(await ask()).toBeUndefined()
    for (const _ of [1, 2])
      expect(await ask()).toMatchObject({
        status: 429,
        headers: { 'X-RateLimit-Remaining-Minute': '0', 'X-RateLimit-Remaining-Hour': '8' },
      })
  })

  it('counts apart in each database', async () => {
    const redis = await started()
    const [first, second] = [limiter(redis, { hour: 1 }), limiter(redis, { hour: 1, redis_database: 3 })]
    expect([await first(), await second()]).toEqual([undefined, undefined])
    expect(await second()).toMatchObject({ status: 429 })
  })

  it('logs in by password, and by user', async () => {
    const port = await freePort()
    const users = ['--user', 'ann', 'on', '>s3cret', '~*', '+@all', '--requirepass', 'word']
    const redis = await started({ port, args: ['--port', String(port), ...users] })
    const strict = { hour: 9, fault_tolerant: false }
    await expect(limiter(redis, strict)()).rejects.toThrow('cannot be reached')
    await expect(limiter(redis, { ...strict, redis_password: 'wrong' })()).rejects.toThrow()
    expect(await limiter(redis, { ...strict, redis_password: 'word' })()).toBeUndefined()
    const user = { redis_username: 'ann', redis_password: 's3cret' }
    expect(await limiter(redis, { ...strict, ...user })()).toBeUndefined()
  })

  it('fails or lets pass, as it is told to, while the Redis is gone, and counts again when it is back', async () => {
    const gone = await started()
    const [tolerant, strict] = [limiter(gone, { hour: 1 }), limiter(gone, { hour: 1, fault_tolerant: false })]
    await tolerant()
    await gone[Symbol.asyncDispose]()
    for (const _ of [1, 2, 3]) expect(await tolerant()).toBeUndefined()
    await expect(strict()).rejects.toThrow('cannot be reached')
    await started({ port: gone.port })
    let verdict = await tolerant()
    while (verdict === undefined) verdict = await tolerant()
    expect(verdict).toMatchObject({ status: 429 })
  })

  it('waits for a Redis that says nothing no longer than the timeout', async () => {
    const redis = await started()
    const ask = limiter(redis, { hour: 9, redis_timeout: 2000, fault_tolerant: false })
    await ask()
    redis.freeze()
    await expect(ask()).rejects.toThrow('cannot be reached')
    redis.wake()
  })

  it('leaves a connection on which nothing comes any more', async () => {
    const between = await aPathTo(await started())
    const ask = limiter(between, { hour: 9, redis_timeout: 100 })
    await ask()
    const before = between.connections()
    between.swallow()
    await expect
      .poll(async () => {
        await ask()
        return between.connections()
      })
      .toBeGreaterThan(before)
  })

  it('with a sync rate, tells what it counted from time to time', async () => {
    const redis = await started()
    const config = { hour: 5, sync_rate: 0.05 }
    const [one, two] = [limiter(redis, config), limiter(redis, config)]
    for (const _ of [1, 2, 3]) expect(await one()).toBeUndefined()
    expect(await two()).toBeUndefined()
    for (const take of [two, one])
      await vi.waitFor(async () => expect(await take()).toMatchObject({ status: 429 }), 20_000)
  })
})

async function started(options: Parameters<typeof aRedis>[0] = {}): Promise<RunningRedis> {
  const redis = await aRedis(options)
  onTestFinished(() => redis[Symbol.asyncDispose]())
  return redis
}

/** A way to a Redis that can lose all it is given, without a word. */
async function aPathTo({ port: redis }: RunningRedis) {
  const [server, sockets] = [createServer(), new Set<Socket>()]
  let connections = 0
  let isOpen = true
  server.on('connection', (client) => {
    connections += 1
    const onward = connect(redis, '127.0.0.1')
    for (const [from, to] of [
      [client, onward],
      [onward, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk) => isOpen && to.write(chunk)).on('error', () => to.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on TCP
  const swallow = (): void => {
    isOpen = false
  }
  return { port, swallow, connections: () => connections }
}

/** Sends requests through one instance, on a node of its own. */
function limiter({ port }: Pick<RunningRedis, 'port'>, config: object) {
  const facilities = someFacilities(() => NOW)
  const kept: { close(): Promise<void> }[] = []
  const keep: typeof facilities.keep = (key, open) =>
    facilities.keep(key, () => {
      const thing = open()
      kept.push(thing)
      return thing
    })
  onTestFinished(async () => {
    await Promise.all(kept.map((thing) => thing.close()))
  })
  const redis = { policy: 'redis', redis_host: '127.0.0.1', redis_port: port }
  const whole = configOf(anInputWith('rate-limiting', { minute: null, ...redis, ...config }))
  const handler = rateLimiting.create(Object(whole))
  return async () => handler.access?.(aContext({ facilities: { ...facilities, keep } }))
}
