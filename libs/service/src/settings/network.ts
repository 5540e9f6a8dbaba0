import { isIP } from 'node:net'
import type { Form } from './form.ts'
import type { Address } from './listen.ts'

/** An address, or a range of them in CIDR form. */
export const addressRange: Form<string> = {
  expects: 'an IP address or a CIDR range',
  parse(text) {
    const [address = '', bits, ...rest] = text.split('/')
    const family = isIP(address)
    const inRange =
      bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
    return family !== 0 && inRange && rest.length === 0
      ? { value: text }
      : { wrong: 'use an IP address or a CIDR range such as 10.0.0.0/8' }
  },
}

/** A server that is asked for names, as `ip`, `ip:port` or `[ipv6]:port`. */
export const nameServer: Form<string> = {
  expects: 'an IP address, with a port where wanted',
  parse(text) {
    const [, bracketed, plain = '', port] = /^(?:\[(.+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? []
    const isAddress = bracketed === undefined ? isIP(plain) === 4 : isIP(bracketed) === 6
    const hasPort = port === undefined || (Number(port) > 0 && Number(port) < 65_536)
    return (isAddress && hasPort) || isIP(text) === 6
      ? { value: text }
      : { wrong: 'use an IP address, with a port such as 10.0.0.1:53 or [::1]:53 where wanted' }
  },
}

/** The forward proxy through which a node reaches its hubs. */
export interface ProxyServer extends Address {
  /** Whether it is spoken to by TLS. */
  readonly secure: boolean
  /** As they are meant, not as a URL writes them. */
  readonly credentials: { readonly user: string; readonly password: string } | null
}

/** Kong's port for either scheme. */
const PROXY_PORT = 443

/** Its text may hold a password. */
export const proxyUrl: Form<ProxyServer> = {
  expects: 'an http or https URL, with user:password where wanted',
  parse(text) {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
    if (scheme === undefined) return { wrong: 'start the URL with a scheme, http:// or https://' }
    if (scheme !== 'http' && scheme !== 'https') return { wrong: 'use the scheme http or https' }
    const url = URL.parse(text)
    if (url === null) return { wrong: 'write http://host:port or http://user:password@host:port' }
    // Not `url.search` and `url.hash`: those are empty for a lone `?` or `#`. A path means nothing either, but Kong takes it.
    if (/[?#]/.test(text) || url.pathname.includes(';'))
      return { wrong: 'leave out query, fragment and parameters' }
    const credentials = credentialsOf(url)
    if (credentials === undefined)
      return { wrong: 'write % in user and password as %25, and : in the user not at all' }
    // A URL forgets a port that is the one of its scheme.
    const port = Number(/:(\d+)$/.exec(authorityOf(text))?.[1] ?? PROXY_PORT)
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    return { value: { host, port, secure: scheme === 'https', credentials } }
  },
}

/** The part of a URL between scheme and path, without credentials. */
function authorityOf(url: string): string {
  const [authority = ''] = url.slice(url.indexOf('://') + 3).split('/')
  return authority.slice(authority.lastIndexOf('@') + 1)
}

/** Null where there are none, undefined where they cannot be read, or sent: a colon ends the user. */
function credentialsOf({ username, password }: URL): ProxyServer['credentials'] | undefined {
  if (username === '' && password === '') return null
  try {
    const user = decodeURIComponent(username)
    return user.includes(':') ? undefined : { user, password: decodeURIComponent(password) }
  } catch {
    return undefined
  }
}

/** The page that a browser shows, of which only the origin counts: `http://host:port`. */
export const webOrigin: Form<string> = {
  expects: 'an http or https URL',
  parse(text) {
    const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
    return url === null ? { wrong: 'write http://host:port or https://host:port' } : { value: url.origin }
  },
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const isUuid = (text: string): boolean => UUID.test(text)

export const uuid: Form<string> = {
  expects: 'a UUID',
  parse: (text) => (isUuid(text) ? { value: text.toLowerCase() } : { wrong: 'use a UUID' }),
}
