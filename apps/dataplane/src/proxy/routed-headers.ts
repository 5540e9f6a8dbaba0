import { toByteString } from '../router/path.ts'
import { HeaderBlock } from './header-block.ts'
import { requestHops } from './hop-by-hop.ts'
import { RequestQuery } from './query.ts'

/**
 * The headers of a request as routes see them. As in Kong, those of this hop count, though nobody behind the router sees
 * them, and of many lines only the first.
 *
 * @param sent as they came: names and values in turn
 * @param most how many lines are looked at
 * @returns the values of a header by its lower-case name
 */
export function routedHeaders(
  headers: HeaderBlock,
  sent: readonly string[],
  most: number,
): (name: string) => readonly string[] {
  const isLong = sent.length > most * 2
  let first: HeaderBlock | undefined
  let hops: ReadonlySet<string> | undefined
  return (name) => {
    if (!isLong && headers.has(name) && name !== 'te') return headers.getAll(name)
    first ??= new HeaderBlock(isLong ? sent.slice(0, most * 2) : sent)
    hops ??= requestHops(first)
    return isLong || hops.has(name) ? first.getAll(name) : []
  }
}

/**
 * The same for the arguments of a query.
 *
 * @param query gives itself as text, with its `?`
 * @returns the values of an argument, decoded, one character a byte
 */
export function routedArguments(
  query: { toString(): string },
  most: number,
): (name: string) => readonly string[] {
  let first: RequestQuery | undefined
  return (name) => {
    first ??= new RequestQuery(beginning(String(query), most))
    return first.getAll(name).map(toByteString)
  }
}

function beginning(query: string, most: number): string {
  let end = 0
  for (let count = 0; count < most; count++) {
    end = query.indexOf('&', end + 1)
    if (end === -1) return query
  }
  return query.slice(0, end)
}
