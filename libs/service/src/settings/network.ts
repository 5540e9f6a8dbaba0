import { isIP } from 'node:net'
import type { Form } from './form.ts'

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

/** The forward proxy through which a node reaches its hub. Its text may hold a password. */
export const proxyUrl: Form<URL> = {
  expects: 'an http or https URL, with user:password where wanted',
  parse(text) {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
    if (scheme === undefined) return { wrong: 'start the URL with a scheme, http:// or https://' }
    if (scheme !== 'http' && scheme !== 'https') return { wrong: 'use the scheme http or https' }
    const url = URL.parse(text)
    if (url === null) return { wrong: 'write http://host:port or http://user:password@host:port' }
    // Not `url.search` and `url.hash`: those are empty for a lone `?` or `#`. A path means nothing either, but Kong takes it.
    return /[?#]/.test(text) || url.pathname.includes(';')
      ? { wrong: 'leave out query, fragment and parameters' }
      : { value: url }
  },
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
