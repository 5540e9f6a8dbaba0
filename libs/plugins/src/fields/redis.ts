import { boolean, host, integer, number, port, serverName, string } from '@biplane/entities'

/** How nodes reach the Redis that they count in together. */
export const redisFields = {
  redis_host: host({}),
  redis_port: port({ default: 6379 }),
  redis_password: string({
    referenceable: true,
    len_min: 0,
    description:
      'When using the `redis` policy, this property specifies the password to connect to the Redis server.',
  }),
  redis_username: string({
    referenceable: true,
    description:
      'When using the `redis` policy, this property specifies the username to connect to the Redis server when ACL authentication is desired.',
  }),
  redis_ssl: boolean({
    required: true,
    default: false,
    description:
      'When using the `redis` policy, this property specifies if SSL is used to connect to the Redis server.',
  }),
  redis_ssl_verify: boolean({
    required: true,
    default: false,
    description:
      'When using the `redis` policy with `redis_ssl` set to `true`, this property specifies it server SSL certificate is validated. Note that you need to configure the lua_ssl_trusted_certificate to specify the CA (or server) certificate used by your Redis server. You may also need to configure lua_ssl_verify_depth accordingly.',
  }),
  redis_server_name: serverName({}),
  redis_timeout: number({
    default: 2000,
    description:
      'When using the `redis` policy, this property specifies the timeout in milliseconds of any command submitted to the Redis server.',
  }),
  redis_database: integer({
    default: 0,
    description: 'When using the `redis` policy, this property specifies the Redis database to use.',
  }),
}
