import type { HeaderBlock } from './header-block.ts'

/** Headers of one connection only: never passed on, in either direction. */
const ALWAYS = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade'] as const
/** Trailers of a request go no further, and so does the promise of them. */
const OF_REQUESTS: ReadonlySet<string> = new Set([
  ...ALWAYS,
  ...['proxy', 'proxy-connection', 'expect', 'te', 'trailer'],
])
/** Words in `Connection` that name no header. */
const OPTIONS = new Set(['keep-alive', 'close', 'upgrade'])

/**
 * Takes out what a client's request says to this hop only. It happens before plugins see the headers: done after them, a
 * client could name in `Connection`, and so remove, a header that a plugin has set.
 */
export function stripRequestHops(headers: HeaderBlock): void {
  const trailers = headers
    .getAll('te')
    .some((value) => listed(value).some((word) => word.split(';')[0]?.trim() === 'trailers'))
  removeNamed(headers)
  for (const name of OF_REQUESTS) headers.remove(name)
  if (trailers) headers.set('TE', 'trailers')
}

/** The names of what a client says to its hop only. @param sent all its headers */
export function requestHops(sent: HeaderBlock): ReadonlySet<string> {
  return new Set([...OF_REQUESTS, ...named(sent)])
}

/** What the client asked its hop for, and so may hear of. */
export interface ClientWishes {
  readonly trailers: boolean
  readonly websocket: boolean
}

/** The same for an upstream's response, and what upstreams say to a server such as Kong's. */
export function stripResponseHops(headers: HeaderBlock, { trailers, websocket }: ClientWishes): void {
  const isGranted = websocket && headers.get('upgrade')?.toLowerCase() === 'websocket'
  removeNamed(headers)
  for (const name of ALWAYS) if (name !== 'upgrade' || !isGranted) headers.remove(name)
  for (const name of TO_THE_SERVER) headers.remove(name)
  if (!trailers) headers.remove('trailer')
}

const TO_THE_SERVER = [
  'x-accel-buffering',
  'x-accel-charset',
  'x-accel-expires',
  'x-accel-limit-rate',
  'x-accel-redirect',
] as const

/** A client may name thousands. */
function removeNamed(headers: HeaderBlock): void {
  if (!headers.has('connection')) return
  const names = named(headers)
  if (names.length > 0) headers.removeAll(new Set(names))
}

function named(headers: HeaderBlock): string[] {
  return headers
    .getAll('connection')
    .flatMap(listed)
    .filter((word) => word !== '' && !OPTIONS.has(word))
}

function listed(value: string): string[] {
  return value.split(',').map((word) => word.trim().toLowerCase())
}
