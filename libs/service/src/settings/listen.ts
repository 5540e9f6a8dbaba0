import { isIP } from 'node:net'
import { type Form, type Parsed, splitList } from './form.ts'

/** One address to listen on, as in Kong's `proxy_listen` and `stream_listen`. */
export interface Listen {
  readonly host: string
  readonly port: number
  readonly ssl: boolean
  readonly http2: boolean
  readonly reuseport: boolean
  /** Whether datagrams are waited for there instead of connections. */
  readonly udp: boolean
  /** Whether whoever connects says first, by the PROXY protocol, for whom. */
  readonly proxy_protocol: boolean
  /** Connections that may wait to be accepted; null leaves it to the system. */
  readonly backlog: number | null
}

/** An address to connect to. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** `off` is no listener at all. Flags that nginx takes and that change nothing here are accepted. */
export const listens = listensWith('ssl', 'http2', 'reuseport')

export const proxyListens = listensWith('ssl', 'http2', 'reuseport', 'proxy_protocol')

export const streamListens = listensWith('ssl', 'udp', 'reuseport', 'proxy_protocol')

type Flag = 'ssl' | 'http2' | 'reuseport' | 'udp' | 'proxy_protocol'

function listensWith(...flags: readonly Flag[]): Form<readonly Listen[]> {
  return {
    expects: `off, or a comma-separated list of host:port ${flags.map((flag) => `[${flag}]`).join(' ')} [backlog=N]`,
    shownAs: 'list',
    parse(text) {
      if (text.toLowerCase() === 'off') return { value: [] }
      return collect(text, (word) => parseListen(word, flags))
    },
  }
}

export const addresses: Form<readonly Address[]> = {
  expects: 'a comma-separated list of host:port',
  shownAs: 'list',
  parse: (text) => collect(text, (word) => parseAddress(word, 1)),
}

/** `host:port`, with brackets around an IPv6 host: how an address is shown and written into URLs. */
export function formatAddress({ host, port }: Address): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

function collect<T>(text: string, parse: (word: string) => Parsed<T>): Parsed<readonly T[]> {
  const words = splitList(text)
  if (words.length === 0) return { wrong: 'name at least one host:port' }
  const values: T[] = []
  for (const word of words) {
    const parsed = parse(word)
    if ('wrong' in parsed) return parsed
    values.push(parsed.value)
  }
  return { value: values }
}

const WITHOUT_EFFECT = /^(deferred|bind|ipv6only=(on|off)|so_keepalive=\S+)$/

function parseListen(word: string, known: readonly Flag[]): Parsed<Listen> {
  const [first = '', ...flags] = word.split(/\s+/)
  const address = parseAddress(first, 0)
  if ('wrong' in address) return address
  const chosen = { ssl: false, http2: false, reuseport: false, udp: false, proxy_protocol: false }
  let backlog: number | null = null
  for (const flag of flags) {
    const size = /^backlog=(\d{1,7})$/.exec(flag)?.[1]
    const named = known.find((one) => one === flag)
    if (size !== undefined) backlog = Number(size)
    else if (named !== undefined) chosen[named] = true
    else if (!WITHOUT_EFFECT.test(flag))
      return { wrong: `after host:port, use only the flags ${known.join(', ')} and backlog=N` }
  }
  if (chosen.udp && (chosen.ssl || chosen.proxy_protocol || backlog !== null))
    return { wrong: 'datagrams know no ssl, no proxy_protocol and no backlog: take these away from udp' }
  return { value: { ...address.value, ...chosen, backlog } }
}

const HOST_PORT = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/

function parseAddress(word: string, lowestPort: number): Parsed<Address> {
  const [, v6, name, digits] = HOST_PORT.exec(word) ?? []
  const host = v6 ?? name
  const port = Number(digits)
  if (host === undefined || (v6 !== undefined && isIP(v6) !== 6))
    return { wrong: 'write each address as host:port, an IPv6 host in brackets' }
  if (port < lowestPort || port > 65_535) return { wrong: `use a port from ${lowestPort} to 65535` }
  return { value: { host, port } }
}
