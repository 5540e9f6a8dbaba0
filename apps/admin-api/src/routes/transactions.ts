import type { EntityRegistry, Json } from '@biplane/entities'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Atomic } from '../conditional.ts'
import { askOnBehalf } from '../forwarded.ts'
import { resource } from '../manners.ts'
import { transactionsContracts } from '../openapi/contracts/transactions.ts'
import { tellRevision } from '../revision-header.ts'
import { type Item, readItems } from '../transactions/items.ts'

/** What an item was answered, as the same request would have been by itself. */
interface ItemAnswer {
  readonly status: number
  readonly body: Json
  /** Of the entity, where the answer has one. */
  readonly etag?: string
}

/**
 * `POST /transactions`: a list of writes that become one revision, or of which none is done. Each is handled by the endpoint
 * that it names, so all that may be written may be written here, in the same words.
 */
export function registerTransactions(app: FastifyInstance, atomic: Atomic, registry: EntityRegistry): void {
  resource(
    app,
    '/transactions',
    {
      describe: transactionsContracts,
      async POST(request, reply) {
        const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array()
        const items = readItems(bytes, registry)
        try {
          const { result, revision } = await atomic.atomically(() => answers(request, items))
          tellRevision(reply, revision)
          return { revision, results: result }
        } catch (error) {
          if (!(error instanceof ItemRefused)) throw error
          return reply.code(error.status).send(error.body)
        }
      },
    },
    { anyBody: true },
  )
}

async function answers(request: FastifyRequest, items: readonly Item[]): Promise<readonly ItemAnswer[]> {
  const given: ItemAnswer[] = []
  for (const [index, item] of items.entries()) {
    const answer = await answerOf(request, item)
    if (answer.status >= 300) throw new ItemRefused(item, index, answer)
    given.push(answer)
  }
  return given
}

async function answerOf(request: FastifyRequest, { method, path, body, headers }: Item): Promise<ItemAnswer> {
  const {
    statusCode,
    payload,
    headers: answered,
  } = await askOnBehalf(request, {
    method,
    url: path,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { payload: JSON.stringify(body) }),
  })
  const { etag } = answered
  return { status: statusCode, body: payload === '' ? null : JSON.parse(payload), ...(etag && { etag }) }
}

/** An item failed, and so does the transaction. */
class ItemRefused extends Error {
  override readonly name = 'ItemRefused'
  readonly status: number
  readonly body: object

  constructor({ method, path }: Item, index: number, { status, body }: ItemAnswer) {
    super(`item ${index}, ${method} ${path}, was answered ${status}: nothing was written`)
    this.status = status
    this.body = { message: this.message, item: { index, method, path, status, body } }
  }
}
