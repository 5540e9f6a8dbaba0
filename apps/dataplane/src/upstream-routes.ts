import {
  DomainError,
  domainCodes,
  invalidOffset,
  invalidSize,
  normalTarget,
  type Target,
} from '@biplane/entities'
import type { StatusRoutes } from '@biplane/service'
import { balancerAnswer, targetAnswers } from './health/kong-answers.ts'
import type { NodeHealth, Shown } from './health/node-health.ts'

type Found = Extract<Shown, { kind: 'shown' }>
type Params = Readonly<Partial<Record<'upstream' | 'target', string>>>

/** What a node shows of its upstreams: what Kong shows on the Status API of a data plane, to be read only. */
export function upstreamRoutes(health: Pick<NodeHealth, 'show'>, nodeId: string): StatusRoutes {
  return (app) => {
    const show = (path: string, answer: (found: Found, query: URLSearchParams, params: Params) => object) => {
      const url = `/upstreams/:upstream/${path}`
      app.get<{ Params: Params }>(url, async (request, reply) => {
        const { params } = request
        const shown = await health.show(params.upstream ?? '')
        if (shown.kind === 'unknown') return reply.code(503).send({ message: 'no worker can tell' })
        if (shown.kind === 'not-found') return reply.code(404).send(NOT_FOUND)
        try {
          return answer(shown, new URL(request.url, 'http://status').searchParams, params)
        } catch (error) {
          if (!(error instanceof DomainError)) throw error
          const { message, code } = error
          if (code === 'not found') return reply.code(404).send(NOT_FOUND)
          return reply.code(400).send({ code: domainCodes[code], name: code, message })
        }
      })
      // Refused before anybody reads a body.
      const refuse = { onRequest: async () => Promise.reject(NOT_ALLOWED), handler: () => undefined }
      app.route({ method: [...OTHERS], url, ...refuse })
    }
    show('health', ({ report, rows }, query, { upstream }) => {
      if (query.get('balancer_health') === '1')
        return { data: balancerAnswer(report), next: null, node_id: nodeId }
      const { data, ...link } = pageOf(newestFirst(rows), query, `/upstreams/${upstream}/health`)
      return { data: targetAnswers(data, report), ...link, node_id: nodeId }
    })
    show('targets', ({ rows }, query, { upstream }) =>
      pageOf(newestFirst(rows), query, `/upstreams/${upstream}/targets`),
    )
    show('targets/all', ({ rows }, query, { upstream }) =>
      pageOf(
        rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        query,
        `/upstreams/${upstream}/targets/all`,
      ),
    )
    show('targets/:target', ({ rows }, _query, { target: key = '' }) => {
      const row = rows.find(({ id, target }) => id === key || target === normalTarget(key))
      if (row === undefined) throw new DomainError('not found', 'Not found')
      return row
    })
  }
}

const NOT_FOUND = { message: 'Not found' }
const NOT_ALLOWED = Object.assign(new Error('Method not allowed'), { statusCode: 405 })
const OTHERS = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

function newestFirst(rows: readonly Target[]): Target[] {
  return rows.toSorted((a, b) => Number(b.created_at) - Number(a.created_at) || (a.id < b.id ? 1 : -1))
}

const DEFAULT_SIZE = 100
const LARGEST_SIZE = 1000

/** As Kong pages targets: by number, and with any number for a size. @throws DomainError */
function pageOf(rows: readonly Target[], query: URLSearchParams, path: string) {
  const [size, skip] = [Number(query.get('size') ?? DEFAULT_SIZE), query.get('offset') ?? '0']
  if (Number.isNaN(size)) throw invalidSize('size must be a number')
  if (!/^\d{1,15}$/.test(skip)) throw invalidOffset(skip, 'not a number')
  const length = size >= 1 ? Math.min(Math.floor(size), LARGEST_SIZE) : DEFAULT_SIZE
  const end = Number(skip) + length
  const data: readonly Target[] = rows.slice(Number(skip), end)
  if (end >= rows.length) return { data, next: null }
  const sized = query.has('size') ? `&size=${length}` : ''
  return { data, next: `${encodeURI(path)}?offset=${end}${sized}`, offset: String(end) }
}
