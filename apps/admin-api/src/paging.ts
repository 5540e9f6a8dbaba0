import { invalidOptions, invalidSize } from '@biplane/entities'

export interface Paging {
  readonly size: number
  readonly offset?: string
}

export interface Tags {
  readonly match: 'all' | 'any'
  readonly of: readonly string[]
}

const DEFAULT_SIZE = 100
const LARGEST_SIZE = 1000
const MOST_TAGS = 5
/** Never part of a tag: control characters, and what percent-decoding leaves of bytes that are no UTF-8. */
const NO_TAG = /[\p{Cc}\uFFFD]/u

/** `size` and `offset` of a list request. @throws DomainError invalid size */
export function readPaging(query: URLSearchParams): Paging {
  const size = query.get('size')
  const offset = query.get('offset')
  return {
    size: size === null ? DEFAULT_SIZE : readSize(size),
    ...(offset === null ? {} : { offset }),
  }
}

/**
 * `?tags=a,b` asks for all of them, `?tags=a/b` for any; an empty text for nothing in particular.
 *
 * @throws DomainError invalid options, for more than five or both separators
 */
export function readTags(query: URLSearchParams): Tags | undefined {
  const text = query.get('tags')
  if (text === null || text === '') return undefined
  const match = text.includes('/') ? 'any' : 'all'
  const of = text.split(/[,/]/)
  const mixed = text.includes('/') && text.includes(',')
  const broken = of.some((tag) => tag === '' || NO_TAG.test(tag))
  if (mixed || broken) throw invalidOptions({ tags: 'invalid filter syntax' })
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

function readSize(text: string): number {
  const size = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isNaN(size)) throw invalidSize('size must be a number')
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_SIZE) {
    throw invalidSize(`size must be an integer between 1 and ${LARGEST_SIZE}`)
  }
  return size
}
