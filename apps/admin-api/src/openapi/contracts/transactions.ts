import { MOST_ITEMS } from '../../transactions/items.ts'
import { answered, anything, type Describe, exactly, listOf, orNull, text, whole } from '../contract.ts'
import { refusal } from '../refusals.ts'

const item = exactly(
  {
    method: { enum: ['POST', 'PUT', 'PATCH', 'DELETE'] },
    path: { type: 'string', pattern: '^/' },
    body: { type: ['object', 'null'] },
    headers: exactly({ 'If-Match': text, 'If-None-Match': text }, ['If-Match', 'If-None-Match']),
  },
  ['body', 'headers'],
)

const items = { ...listOf(item), minItems: 1, maxItems: MOST_ITEMS }

const itemRefused = exactly({
  message: text,
  item: exactly({ index: whole, method: text, path: text, status: whole, body: anything }),
})

export const transactionsContracts: Describe = () => ({
  POST: {
    summary: 'Make one revision of many writes, or write nothing',
    body: {
      required: true,
      content: { 'application/json': { anyOf: [items, exactly({ writes: items })] } },
    },
    answers: {
      200: answered(
        'All are done; each has the answer that it would have had by itself.',
        exactly({
          revision: orNull(whole),
          results: listOf(exactly({ status: whole, body: anything, etag: text }, ['etag'])),
        }),
      ),
      ...Object.fromEntries(
        [400, 404, 405, 409, 412, 413, 414, 503].map((status) => [
          status,
          answered('Nothing is written: the list cannot be read, or one of its items was answered so.', {
            anyOf: [itemRefused, refusal(status)],
          }),
        ]),
      ),
    },
  },
})
