import { invalidOptions, invalidSize } from '@biplane/entities'

export interface Paging {
  readonly size: number
  readonly offset?: string
}

export interface Tags {
  readonly match: 'all' | 'any'
  readonly of: readonly string[]
}

export const DEFAULT_SIZE = 100
export const LARGEST_SIZE = 1000
export const MOST_TAGS = 5
/** Never part of a tag: control characters, and what percent-decoding leaves of bytes that are no UTF-8. */
const NO_TAG = /[\p{Cc}\uFFFD]/u

/** `size` and `offset` of a list request. @throws DomainError invalid size */
export function readPaging(query: URLSearchParams): Paging {
  const offset = query.get('offset')
  return {
    size: readSize(readNumber(query)),
    ...(offset === null ? {} : { offset }),
  }
}

/**
 * `?tags=a,b` asks for all of them, `?tags=a/b` for any; an empty text for nothing in particular. A separator at the end is
 * followed by the tag that nothing carries, as in Kong.
 *
 * @throws DomainError invalid options, for more than five or both separators
 */
export function readTags(query: URLSearchParams): Tags | undefined {
  const text = query.get('tags')
  if (text === null || text === '') return undefined
  const match = text.includes('/') ? 'any' : 'all'
  const of = text.split(/[,/]/)
  const mixed = text.includes('/') && text.includes(',')
  const isEmpty = of.slice(0, -1).includes('')
  if (mixed || isEmpty || of.some((tag) => NO_TAG.test(tag)))
    throw invalidOptions({ tags: 'invalid filter syntax' })
  if (of.length > MOST_TAGS) throw invalidOptions({ tags: `cannot query more than ${MOST_TAGS} tags` })
  return { match, of }
}

/** `next` and `offset` of a list answer. `repeat` names the parameters that the next request keeps. */
export function nextLink(
  path: string,
  query: URLSearchParams,
  offset: string | undefined,
  repeat: readonly string[] = ['tags', 'size'],
): { next: string | null; offset?: string } {
  if (offset === undefined) return { next: null }
  const kept = repeat.flatMap((name) => {
    const value = query.get(name)
    return value === null ? [] : [`${name}=${encodeURIComponent(value)}`]
  })
  return { next: `${path}?${[`offset=${encodeURIComponent(offset)}`, ...kept].join('&')}`, offset }
}

/** What `size` says, or how many are shown where nothing does. @throws DomainError invalid size */
export function readNumber(query: URLSearchParams): number {
  const text = query.get('size')
  if (text === null) return DEFAULT_SIZE
  const size = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isNaN(size)) throw invalidSize('size must be a number')
  return size
}

function readSize(size: number): number {
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_SIZE) {
    throw invalidSize(`size must be an integer between 1 and ${LARGEST_SIZE}`)
  }
  return size
}
