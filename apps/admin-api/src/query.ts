import type { FastifyRequest } from 'fastify'

/** The query of a request, decoded. Of a parameter that is repeated the first value counts, as in Kong. */
export function queryOf({ url }: FastifyRequest): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
}

/** The path as the client wrote it, without scheme and host of an absolute form and without a slash at its end. */
export function pathOf({ url }: FastifyRequest): string {
  const [path = ''] = url.replace(/^[a-z]+:\/\/[^/?]*/i, '').split(/[?#]/, 1)
  return path.length > 1 ? path.replace(/\/$/, '') : path
}
