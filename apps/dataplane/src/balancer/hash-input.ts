import type { Upstream } from '@biplane/entities'

/** What of a request may be hashed. All texts have one character a byte. */
export interface HashSources {
  /** The consumer that the request is of, or else the credential; undefined for nobody. */
  identity(): string | undefined
  clientIp(): string
  header(name: string): readonly string[]
  cookie(name: string): string | undefined
  /** Without the query, decoded. */
  path(): string
  /** The values of an argument of the query; true for one without `=`. */
  queryArgument(name: string): readonly (string | true)[]
  /** Of the path, by number or name; undefined where it took no part. */
  capture(name: string): string | undefined
  randomId(): string
}

export interface HashInput {
  readonly text: string
  /** What the client is to send back, so that it comes to the same address again. */
  readonly cookie?: { readonly name: string; readonly value: string; readonly path: string }
}

/** What decides where a request of an upstream goes: what it is hashed on, else its fallback, else nothing, alike for all. */
export function hashInput(upstream: Upstream, sources: HashSources): HashInput {
  const first = inputs[upstream.hash_on ?? 'none'](sources, {
    header: upstream.hash_on_header,
    cookie: upstream.hash_on_cookie,
    cookiePath: upstream.hash_on_cookie_path,
    argument: upstream.hash_on_query_arg,
    capture: upstream.hash_on_uri_capture,
  })
  const found =
    first ??
    inputs[upstream.hash_fallback ?? 'none'](sources, {
      header: upstream.hash_fallback_header,
      cookie: upstream.hash_on_cookie,
      cookiePath: upstream.hash_on_cookie_path,
      argument: upstream.hash_fallback_query_arg,
      capture: upstream.hash_fallback_uri_capture,
    })
  return found ?? { text: '' }
}

interface Names {
  readonly header: string | null
  readonly cookie: string | null
  readonly cookiePath: string | null
  readonly argument: string | null
  readonly capture: string | null
}

type Input = (sources: HashSources, names: Names) => HashInput | undefined

const inputs: Readonly<Record<NonNullable<Upstream['hash_on']>, Input>> = {
  none: () => undefined,
  consumer: (sources) => given(sources.identity()),
  ip: (sources) => given(sources.clientIp()),
  header(sources, { header }) {
    const values = header === null ? [] : sources.header(header)
    return values.length === 0 ? undefined : given(values.join(''))
  },
  cookie(sources, { cookie: name, cookiePath }) {
    if (name === null) return undefined
    const sent = sources.cookie(name)
    if (sent !== undefined) return { text: sent }
    const value = sources.randomId()
    return { text: value, cookie: { name, value, path: cookiePath ?? '/' } }
  },
  path: (sources) => given(sources.path()),
  query_arg(sources, { argument }) {
    const values = argument === null ? [] : sources.queryArgument(argument)
    return values.length === 0 ? undefined : given(values.map(String).sort().join(','))
  },
  uri_capture: (sources, { capture }) => given(capture === null ? undefined : sources.capture(capture)),
}

function given(text: string | undefined): HashInput | undefined {
  return text === undefined ? undefined : { text }
}
