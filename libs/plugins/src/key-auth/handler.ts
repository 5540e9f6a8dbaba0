import type { Json } from '@biplane/entities'
import { authenticate, type Identity, passUnasked } from '../authentication.ts'
import { type BodyFields, bodyFields } from '../body-fields.ts'
import type { PluginContext, Verdict } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import { type KeyAuthConfig, keyAuthSchema } from './schema.ts'

/** A longer body is not searched for a key: a request that has its key only there is without one. */
const BODY_LIMIT = 1024 * 1024

export const keyAuth = definePlugin<KeyAuthConfig>({
  name: keyAuthSchema.name,
  priority: keyAuthSchema.priority,
  create(config) {
    return {
      needs: config.key_in_body ? { requestBody: { limit: BODY_LIMIT } } : {},
      access(context) {
        if (!config.run_on_preflight && context.request.method === 'OPTIONS') return passUnasked(context)
        return authenticate(context, config.anonymous, () => identify(context, config))
      },
    }
  },
})

const MISSING = {
  status: 401,
  error: 'No API key found in request',
  headers: { 'WWW-Authenticate': 'Key realm="kong"' },
} satisfies Verdict
const REPEATED = { status: 401, error: 'Duplicate API key found' } satisfies Verdict
const UNKNOWN = { status: 401, error: 'Invalid authentication credentials' } satisfies Verdict

function identify(context: PluginContext, config: KeyAuthConfig): Identity | Verdict {
  const found = findKey(context, config)
  if (found === REPEATED_KEY) return REPEATED
  if (!found) return MISSING

  const known = context.lookupCredential('keyauth_credentials', found)
  return known ? { ...known, identifier: known.credential.id } : UNKNOWN
}

const REPEATED_KEY = Symbol('a key that occurs several times')

/** The key under the first of the configured names that is there: in the headers, else in the query, else in the body. */
function findKey(context: PluginContext, config: KeyAuthConfig): string | typeof REPEATED_KEY | undefined {
  const { request } = context
  let body: BodyFields | undefined
  if (config.key_in_body && request.body) {
    body = bodyFields(request.headers.get('Content-Type'), request.body.bytes)
  }
  for (const name of config.key_names) {
    const key =
      (config.key_in_header ? single(request.headers.getAll(name)) : undefined) ??
      (config.key_in_query ? single(request.query.getAll(name)) : undefined) ??
      (body ? inBody(body, name) : undefined)
    if (key === REPEATED_KEY) return key
    if (key === undefined) continue
    if (config.hide_credentials) hideKey(context, name, body)
    return key
  }
  return undefined
}

function single(values: readonly string[]): string | typeof REPEATED_KEY | undefined {
  return values.length > 1 ? REPEATED_KEY : values[0]
}

/** A JSON body may hold anything under the name: lists and objects count as repeated, other things than text as absent. */
function inBody({ object }: BodyFields, name: string): string | typeof REPEATED_KEY | undefined {
  const value: Json | undefined = Object.hasOwn(object, name) ? object[name] : undefined
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null ? REPEATED_KEY : undefined
}

/** Wherever the upstream could read it, not only where it was found. */
function hideKey({ request }: PluginContext, name: string, body: BodyFields | undefined): void {
  request.headers.remove(name)
  if (request.query.has(name)) request.query.remove(name)
  if (body && Object.hasOwn(body.object, name)) request.body?.replace(body.without(name))
}
