import { describe, expect, it } from 'vitest'
import { frameRequest, frameResponse } from './framing.ts'
import { HeaderBlock } from './header-block.ts'

const SENT = ['Host', 'a.test', 'content-length', '20']

describe('the framing of a request, whatever plugins say of it', () => {
  it.each<[string, string[], readonly string[], Uint8Array | null, string[]]>([
    ['another length', ['Content-Length', '3'], SENT, null, ['Content-Length', '20']],
    ['no length', [], SENT, null, ['Content-Length', '20']],
    ['a length where none was sent', ['Content-Length', '3'], ['Host', 'a.test'], null, []],
    [
      'chunks',
      ['content-length', '20', 'Transfer-Encoding', 'chunked'],
      SENT,
      null,
      ['content-length', '20'],
    ],
    ['another body', ['content-length', '20'], SENT, Buffer.from('new'), ['Content-Length', '3']],
  ])('is right with %s', (_what, given, sent, body, expected) => {
    const headers = new HeaderBlock(given)
    frameRequest(headers, body, sent)
    expect(headers.toFlat()).toEqual(expected)
  })
})

describe('the framing of a response, whatever plugins say of it', () => {
  const streamed = (headers: string[]) =>
    ({ kind: 'upstream', response: { status: 200, reason: 'OK', headers } }) as const
  const bytes = { kind: 'bytes', bytes: Buffer.from('four') } as const

  it.each([
    ['another length', ['Content-Length', '3'], 200, streamed(SENT), ['Content-Length', '20']],
    ['its length taken away', [], 200, streamed(SENT), []],
    ['a length where there was none', ['Content-Length', '3'], 200, streamed([]), []],
    ['chunks', ['Transfer-Encoding', 'chunked'], 200, streamed([]), []],
    ['bytes', ['content-length', '9'], 200, bytes, ['Content-Length', '4']],
    ['bytes that cannot follow it', ['content-length', '4'], 204, bytes, []],
  ] as const)('is right with %s', (_what, given, status, body, expected) => {
    const headers = new HeaderBlock(given)
    frameResponse(headers, status, body)
    expect(headers.toFlat()).toEqual(expected)
  })
})
