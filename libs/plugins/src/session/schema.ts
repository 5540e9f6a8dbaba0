import { boolean, noConsumer, number, protocols, record, set, string } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { formerSessionFields } from './former-fields.ts'

const sessionHeaders = set(
  string({
    one_of: ['id', 'audience', 'subject', 'timeout', 'idling-timeout', 'rolling-timeout', 'absolute-timeout'],
  }),
  { description: 'List of information to include, as headers, in the response to the downstream.' },
)

const fields = {
  storage: string({
    default: 'cookie',
    one_of: ['cookie', 'kong'],
    description:
      "Determines where the session data is stored. `kong`: Stores encrypted session data into Kong's current database strategy; the cookie will not contain any session data. `cookie`: Stores encrypted session data within the cookie itself.",
  }),
  audience: string({
    default: 'default',
    description:
      'The session audience, which is the intended target application. For example `"my-application"`.',
  }),
  idling_timeout: number({ default: 900, description: 'The session cookie idle time, in seconds.' }),
  rolling_timeout: number({
    default: 3600,
    description:
      'The session cookie rolling timeout, in seconds. Specifies how long the session can be used until it needs to be renewed.',
  }),
  absolute_timeout: number({
    default: 86400,
    description:
      'The session cookie absolute timeout, in seconds. Specifies how long the session can be used until it is no longer valid.',
  }),
  stale_ttl: number({
    default: 10,
    description:
      'The duration, in seconds, after which an old cookie is discarded, starting from the moment when the session becomes outdated and is replaced by a new one.',
  }),
  cookie_name: string({ default: 'session', description: 'The name of the cookie.' }),
  cookie_path: string({
    default: '/',
    description: 'The resource in the host where the cookie is available.',
  }),
  cookie_domain: string({ description: 'The domain with which the cookie is intended to be exchanged.' }),
  cookie_same_site: string({
    default: 'Strict',
    one_of: ['Strict', 'Lax', 'None', 'Default'],
    description: 'Determines whether and how a cookie may be sent with cross-site requests.',
  }),
  cookie_http_only: boolean({
    default: true,
    description: 'Applies the `HttpOnly` tag so that the cookie is sent only to a server.',
  }),
  cookie_secure: boolean({
    default: true,
    description:
      'Applies the Secure directive so that the cookie may be sent to the server only with an encrypted request over the HTTPS protocol.',
  }),
  remember: boolean({ default: false, description: 'Enables or disables persistent sessions.' }),
  remember_cookie_name: string({
    default: 'remember',
    description: 'Persistent session cookie name. Use with the `remember` configuration parameter.',
  }),
  remember_rolling_timeout: number({
    default: 604800,
    description: 'The persistent session rolling timeout window, in seconds.',
  }),
  remember_absolute_timeout: number({
    default: 2592000,
    description: 'The persistent session absolute timeout limit, in seconds.',
  }),
  response_headers: sessionHeaders,
  request_headers: sessionHeaders,
  logout_methods: set(string({ one_of: ['GET', 'POST', 'DELETE'] }), {
    default: ['POST', 'DELETE'],
    description: 'A set of HTTP methods that the plugin will respond to.',
  }),
  logout_query_arg: string({
    default: 'session_logout',
    description: 'The query argument passed to logout requests.',
  }),
  logout_post_arg: string({
    default: 'session_logout',
    description: 'The POST argument passed to logout requests. Do not change this property.',
  }),
}

/** @param secret what signs the sessions of a plugin that states none; it becomes part of its config */
export function sessionSchema(secret: string) {
  const config = record(
    {
      secret: string({
        required: false,
        default: secret,
        encrypted: true,
        referenceable: true,
        description: 'The secret that is used in keyed HMAC generation.',
      }),
      ...fields,
    },
    { required: true, shorthand_fields: formerSessionFields },
  )
  return {
    name: 'session',
    priority: 1900,
    fields: { consumer: noConsumer, protocols, config },
  } satisfies BundledSchema
}
