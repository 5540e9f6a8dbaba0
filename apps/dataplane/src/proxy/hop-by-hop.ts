import type { HeaderBlock } from './header-block.ts'

/** Headers of one connection only: never passed on, in either direction. */
const ALWAYS = [
  'connection',
  'keep-alive',
  'proxy',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
] as const
/** Words in `Connection` that name no header. */
const OPTIONS = new Set(['keep-alive', 'close', 'upgrade'])

/**
 * Takes out what a client's request says to this hop only. It happens before plugins see the headers: done after them, a
 * client could name in `Connection`, and so remove, a header that a plugin has set.
 */
export function stripRequestHops(headers: HeaderBlock): void {
  const trailers = headers
    .getAll('te')
    .some((value) => listed(value).some((word) => word.split(';')[0] === 'trailers'))
  for (const name of named(headers)) headers.remove(name)
  for (const name of [...ALWAYS, 'expect', 'te']) headers.remove(name)
  if (trailers) headers.set('TE', 'trailers')
}

/** The same for an upstream's response. */
export function stripResponseHops(headers: HeaderBlock): void {
  for (const name of named(headers)) headers.remove(name)
  for (const name of ALWAYS) headers.remove(name)
  headers.remove('trailer')
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
