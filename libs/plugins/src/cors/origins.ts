import { BoundedRegex, pcreToRegExp } from '@biplane/entities'

/** What a response says to an origin. */
export interface AllowOrigin {
  /** The value of Access-Control-Allow-Origin; null for no such header. */
  readonly origin: string | null
  /** Whether others may get another response. */
  readonly varies: boolean
  readonly credentials: boolean
}

/** What to say to which origin, as Kong decides it. @param origins of the config; none means every one */
export function originRule(
  origins: readonly string[],
  credentials: boolean,
): (origin: string | undefined) => AllowOrigin {
  const [only = '*', ...others] = origins
  if (others.length === 0 && only === '*') return (origin) => toEveryone(origin, credentials)
  if (others.length === 0 && PLAIN.test(only)) {
    const answer = { origin: only, varies: true, credentials }
    return () => answer
  }
  const entries = origins.map(entryOf)
  return (given) => {
    const asking = given === undefined ? undefined : normalised(given)
    const hit = asking !== undefined && entries.some((matches) => matches(asking))
    return { origin: hit ? asking.origin : null, varies: true, credentials }
  }
}

/** Browsers take no `*` for requests with credentials. */
function toEveryone(origin: string | undefined, credentials: boolean): AllowOrigin {
  return credentials && origin !== undefined
    ? { origin, varies: true, credentials: true }
    : { origin: '*', varies: false, credentials: false }
}

/** An entry with any other character is a regular expression. */
const PLAIN = /^[A-Za-z0-9.:/-]+$/

interface Origin {
  /** `scheme://host[:port]` */
  readonly origin: string
  readonly host: string
}

function entryOf(entry: string): (asking: Origin) => boolean {
  // It stands for every origin only where it stands alone.
  if (entry === '*') return () => false
  if (PLAIN.test(entry)) {
    const { origin } = normalised(entry)
    return (asking) => asking.origin === origin
  }
  const { source, flags } = pcreToRegExp(entry)
  const regex = new BoundedRegex(new RegExp(`^(?:${source})$`, flags))
  regex.prepare()
  // A colon anywhere counts, that of a group too.
  return entry.includes(':')
    ? ({ origin }) => regex.exec(origin) !== null
    : ({ host }) => regex.exec(host) !== null
}

const USUAL_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' }

/** Without the port that is usual for its scheme. What is no URL with a host stays as it is. */
function normalised(text: string): Origin {
  const [, scheme, host, port] =
    /^(?:([A-Za-z][\w+.-]*):)?\/\/(\[[^\]]*\]|[^/?#:]+)(?::(\d+))?/.exec(text) ?? []
  if (host === undefined) return { origin: text, host: text }
  const place = port === undefined || port === USUAL_PORTS[scheme ?? ''] ? host : `${host}:${port}`
  return { origin: scheme === undefined ? place : `${scheme}://${place}`, host }
}
