import { describe, expect, it } from 'vitest'
import { encodeBody } from '../body.ts'
import { anUpsert, EPOCH } from '../fixtures.ts'
import { NO_CONFIG_HASH } from '../hash.ts'
import { NOWHERE, type Position } from '../position.ts'
import type { Answer, IncomingUpdate } from '../update.ts'
import type { Begin, Down } from './messages.ts'
import { ProtocolError } from './protocol-error.ts'
import { receiveUpdate } from './receive-update.ts'

const here: Position = { epoch: EPOCH, revision: 4, hash: 'a'.repeat(32) }
const to: Position = { epoch: EPOCH, revision: 5, hash: NO_CONFIG_HASH }
const after: Down = {
  kind: 'withheld',
  withheld: { kind: 'withheld', to, reason: { kind: 'source_empty', message: '' } },
}
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const refused: Answer = { kind: 'rejected', revision: 5, retryable: false, errors: [] }

const { chunks } = encodeBody([anUpsert('a'), anUpsert('b')])
const data = Buffer.concat([...(chunks() as Iterable<Uint8Array>)]) // what encodeBody makes is in memory
const begin: Begin = { from: here, to, encoding: 'identity', size: data.length }
const whole: readonly Down[] = [{ kind: 'chunk', data }, { kind: 'end' }]

/** Receives an update from messages that arrive one turn after they are asked for; tells which are left. */
async function receive(
  messages: readonly Down[],
  onUpdate: (update: IncomingUpdate) => Promise<Answer>,
  start = begin,
) {
  const left = [...messages]
  const next = async (): Promise<Down> => {
    await new Promise((resolve) => setImmediate(resolve))
    const message = left.shift()
    if (message === undefined) throw new Error('the source died')
    return message
  }
  const answer = await receiveUpdate(start, next, { position: () => here, onUpdate, log: silent })
  return { answer, left }
}

async function readAll(update: IncomingUpdate): Promise<Answer> {
  let count = 0
  for await (const _change of update.changes) count += 1
  return { kind: 'applied', position: to, tookMs: count }
}

describe('receiveUpdate', () => {
  it('hands on the changes and gives back the answer', async () => {
    const { answer, left } = await receive([...whole, after], readAll)
    expect(answer).toEqual({ kind: 'applied', position: to, tookMs: 2 })
    expect(left).toEqual([after])
  })

  it('tells a snapshot from a delta by where it begins', async () => {
    const seen: unknown[] = []
    const look = async ({ kind, from }: IncomingUpdate) => {
      seen.push([kind, from])
      return refused
    }
    await receive(whole, look)
    await receive(whole, look, { ...begin, from: null })
    expect(seen).toEqual([
      ['delta', here],
      ['snapshot', NOWHERE],
    ])
  })

  it.each<[string, (update: IncomingUpdate) => Promise<Answer>]>([
    ['reads nothing', async () => refused],
    [
      'stops after the first change',
      async ({ changes }) => {
        for await (const _change of changes) break
        return refused
      },
    ],
    [
      'leaves while it waits for a change',
      async ({ changes }) => {
        changes[Symbol.asyncIterator]()
          .next()
          .catch(() => undefined)
        return refused
      },
    ],
  ])('reads to End, and no further, for a follower that %s', async (_what, onUpdate) => {
    expect(await receive([...whole, after], onUpdate)).toEqual({ answer: refused, left: [after] })
    const empty = { ...begin, size: 0 }
    expect(await receive([{ kind: 'end' }, after], onUpdate, empty)).toEqual({
      answer: refused,
      left: [after],
    })
  })

  it('answers a fault of the follower with a retryable reject that tells it', async () => {
    const { answer } = await receive(whole, () => Promise.reject(new Error('the disk is full')))
    expect(answer).toMatchObject({
      kind: 'rejected',
      revision: 5,
      retryable: true,
      errors: [{ message: 'the disk is full' }],
    })
  })

  it.each<[string, readonly Down[], string]>([
    ['dies', whole.slice(0, 1), 'the source died'],
    ['ends too early', [{ kind: 'end' }], 'announced as'],
    ['says something else in between', [after], 'withheld within an update'],
  ])(
    'has no answer for a source that %s, even if the follower hides it',
    async (_what, messages, message) => {
      const hide = (update: IncomingUpdate) => readAll(update).catch(() => refused)
      await expect(receive(messages, readAll)).rejects.toThrow(message)
      await expect(receive(messages, hide)).rejects.toThrow(message)
    },
  )

  it('does not take a delta from elsewhere', async () => {
    await expect(receive(whole, readAll, { ...begin, from: to })).rejects.toBeInstanceOf(ProtocolError)
  })
})
