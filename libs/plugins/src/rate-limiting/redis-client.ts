import { isIP } from 'node:net'
import { Redis } from 'ioredis'
import type { PluginLog } from '../context.ts'
import type { RateLimitingConfig } from './schema.ts'

export type RedisSettings = Pick<
  RateLimitingConfig,
  | 'redis_host'
  | 'redis_port'
  | 'redis_username'
  | 'redis_password'
  | 'redis_database'
  | 'redis_timeout'
  | 'redis_ssl'
  | 'redis_ssl_verify'
  | 'redis_server_name'
>

/** Adds one to every key, or to none if one has reached its limit. ARGV: limit and seconds to live of each key, in turn. */
const TAKE = `
local used, free = {}, true
for i, key in ipairs(KEYS) do
  used[i] = tonumber(redis.call('get', key) or '0')
  if used[i] >= tonumber(ARGV[2 * i - 1]) then free = false end
end
if free then
  for i, key in ipairs(KEYS) do
    if redis.call('incr', key) == 1 then redis.call('expire', key, ARGV[2 * i]) end
  end
end
return used`

/** Adds ARGV[1] to the key, which lives ARGV[2] seconds from when it is made. */
const ADD = `
local count = redis.call('incrby', KEYS[1], ARGV[1])
if count == tonumber(ARGV[1]) then redis.call('expire', KEYS[1], ARGV[2]) end
return count`

/**
 * A connection to a Redis, opened with the first command. While it is gone, commands fail at once or after the timeout, and
 * it is tried again all the time; the log is told when it is lost and when it is back.
 */
export class RedisClient {
  readonly #redis: Redis

  constructor(settings: RedisSettings, log: PluginLog) {
    this.#redis = new Redis({ ...optionsOf(settings), lazyConnect: true })
    let lost = false
    const server = `${settings.redis_host}:${settings.redis_port}`
    this.#redis.on('error', (error: Error) => {
      if (!lost) log.error({ server, cause: error.message }, 'rate-limiting cannot reach its Redis')
      lost = true
    })
    this.#redis.on('ready', () => {
      if (lost) log.info({ server }, 'rate-limiting reaches its Redis again')
      lost = false
    })
  }

  /** In one piece, whoever else counts. @returns what each key held before */
  async take(
    keys: readonly string[],
    limits: readonly number[],
    lives: readonly number[],
  ): Promise<number[]> {
    const args = limits.flatMap((limit, i) => [limit, lives[i] ?? 1])
    const used: unknown = await this.#redis.eval(TAKE, keys.length, ...keys, ...args)
    return Array.isArray(used) ? used.map(Number) : []
  }

  /** @returns what the key holds now */
  async add(key: string, by: number, life: number): Promise<number> {
    return Number(await this.#redis.eval(ADD, 1, key, by, life))
  }

  async read(keys: readonly string[]): Promise<number[]> {
    return (await this.#redis.mget(...keys)).map(Number)
  }

  close(): void {
    this.#redis.disconnect()
  }
}

function optionsOf(settings: RedisSettings) {
  const timeout = settings.redis_timeout ?? 2000
  const host = settings.redis_host ?? ''
  const { redis_username: username, redis_password: password } = settings
  const servername = settings.redis_server_name ?? (isIP(host) === 0 ? host : undefined)
  return {
    host,
    port: settings.redis_port ?? 6379,
    db: settings.redis_database ?? 0,
    // As in Kong, a name without a password means nothing.
    ...(password ? { password, ...(username ? { username } : {}) } : {}),
    connectTimeout: timeout,
    commandTimeout: timeout,
    // A server that went without a word would be asked for as long as the system believes in the connection, and what it was
    // asked would be kept.
    socketTimeout: 2 * timeout,
    maxRetriesPerRequest: 0,
    retryStrategy: (times: number) => Math.min(times * 50, 500),
    ...(settings.redis_ssl
      ? {
          tls: {
            rejectUnauthorized: settings.redis_ssl_verify,
            ...(servername === undefined ? {} : { servername }),
          },
        }
      : {}),
  }
}
