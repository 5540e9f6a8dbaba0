import { timingSafeEqual } from 'node:crypto'
import { passwordHash } from '@biplane/entities'
import { authenticate, type Identity } from '../authentication.ts'
import type { PluginContext, Verdict } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import { type BasicAuthConfig, basicAuthSchema } from './schema.ts'

export const basicAuth = definePlugin<BasicAuthConfig>({
  name: basicAuthSchema.name,
  priority: basicAuthSchema.priority,
  create({ anonymous, hide_credentials: hides }) {
    return {
      access: (context) => authenticate(context, anonymous, () => identify(context, hides)),
    }
  },
})

const MISSING = {
  status: 401,
  error: 'Unauthorized',
  headers: { 'WWW-Authenticate': 'Basic realm="kong"' },
} satisfies Verdict
const WRONG = { status: 401, error: 'Invalid authentication credentials' } satisfies Verdict

/** The header for proxies is asked first; the other one where nobody is known by that. */
const HEADERS = ['proxy-authorization', 'authorization'] as const

function identify(context: PluginContext, hides: boolean): Identity | Verdict {
  const { headers } = context.request
  if (HEADERS.every((name) => headers.get(name) === undefined)) return MISSING
  for (const name of HEADERS) {
    const given = namedIn(headers.get(name))
    // A header that is not tried may be meant for the upstream.
    if (hides) headers.remove(name)
    const known = given && context.lookupCredential('basicauth_credentials', given.username)
    if (!known) continue
    const { credential, consumer } = known
    if (!isSame(String(credential.password), passwordHash(given.password, consumer.id))) return WRONG
    return { credential, consumer, identifier: given.username }
  }
  return WRONG
}

interface Named {
  readonly username: string
  readonly password: string
}

/** The user name reaches to the first colon and is not empty; the password may hold colons and be empty. */
function namedIn(header: string | undefined): Named | undefined {
  const base64 = /^\s*[Bb]asic\s*([A-Za-z0-9+/]+={0,2})\s*$/.exec(header ?? '')?.[1]
  if (base64 === undefined) return undefined
  const text = Buffer.from(base64, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** In a time that tells nothing of where two hashes differ. */
function isSame(stored: string, given: string): boolean {
  const [a, b] = [Buffer.from(stored), Buffer.from(given)]
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}
