import type { FastifyRequest } from 'fastify'
import { readBody } from '../body.ts'
import type { Asked } from '../forwarded.ts'
import type { Method } from '../manners.ts'

/** The same request without one parameter of its query, to be asked of this Admin API itself. */
export function again(request: FastifyRequest, method: Method, parameter: string): Asked {
  const [path = '', query = ''] = request.originalUrl.split('?', 2)
  const kept = query.split('&').filter((pair) => pair !== '' && !new URLSearchParams(pair).has(parameter))
  const conditions = CONDITIONS.flatMap((name): [string, string][] => {
    const value = request.headers[name]
    return typeof value === 'string' ? [[name, value]] : []
  })
  const { payload, type } = sent(request)
  return {
    method,
    url: kept.length === 0 ? path : `${path}?${kept.join('&')}`,
    headers: { ...Object.fromEntries(conditions), ...(type !== undefined && { 'content-type': type }) },
    ...(payload !== undefined && { payload }),
  }
}

const CONDITIONS = ['if-match', 'if-none-match'] as const

/** What was sent, or what it was read as. */
function sent(request: FastifyRequest): { readonly payload?: string | Buffer; readonly type?: string } {
  const { body, headers } = request
  if (body === undefined) return {}
  if (body instanceof Uint8Array) {
    const type = headers['content-type']
    return { payload: Buffer.from(body), ...(type !== undefined && { type }) }
  }
  const read = readBody(request)
  if (read.kind === 'json') return { payload: JSON.stringify(read.value), type: 'application/json' }
  const form = new URLSearchParams()
  for (const [name, value] of read.pairs) form.append(name, value)
  return { payload: form.toString(), type: 'application/x-www-form-urlencoded' }
}
