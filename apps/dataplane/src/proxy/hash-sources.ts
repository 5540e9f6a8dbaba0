import type { HashSources } from '../balancer/hash-input.ts'
import { decodePath, toByteString, unescapeBytes } from '../router/path.ts'
import type { Visit } from './visit.ts'

/** What of a request its upstream may be chosen by. */
export function hashSources({ context, match, rawPath }: Visit, randomId: () => string): HashSources {
  const { headers, query } = context.request
  return {
    identity: () => context.consumer?.id ?? context.credential?.id,
    clientIp: () => context.clientIp,
    header: (name) => headers.getAll(name),
    cookie: (name) => cookieOf(headers.getAll('cookie'), name),
    path: () => decodePath(rawPath),
    queryArgument: (name) => argumentsOf(String(query), toByteString(name)),
    // A group that took no part is false.
    capture: (name) => match?.captures?.[name] || undefined,
    randomId,
  }
}

/** The first of that name. */
export function cookieOf(headers: readonly string[], name: string): string | undefined {
  for (const pair of headers.flatMap((header) => header.split(';'))) {
    const equals = pair.indexOf('=')
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}

/** The values of an argument, as bytes; true for one without `=`. @param query with its `?`, or '' */
export function argumentsOf(query: string, name: string): (string | true)[] {
  return query
    .slice(1)
    .split('&')
    .flatMap((pair) => {
      const equals = pair.indexOf('=')
      if (decoded(equals === -1 ? pair : pair.slice(0, equals)) !== name) return []
      return [equals === -1 ? true : decoded(pair.slice(equals + 1))]
    })
}

function decoded(text: string): string {
  return unescapeBytes(text.replaceAll('+', ' '))
}
