import { describe, expect, it } from 'vitest'
import { aContext, type ContextFixture } from '../fixtures.ts'
import { handlerOf } from '../handler-of.ts'
import { requestSizeLimiting } from './handler.ts'
import type { RequestSizeLimitingConfig } from './schema.ts'

const DEFAULTS: RequestSizeLimitingConfig = {
  allowed_payload_size: 2,
  size_unit: 'bytes',
  require_content_length: false,
}
const tooLarge = { status: 413, error: 'Request size limit exceeded' }
const required = { status: 411, error: 'A valid Content-Length header is required' }
const length = (bytes: number | string) => ({ headers: { 'Content-Length': String(bytes) } })

describe('request-size-limiting', () => {
  it.each<[string, Partial<RequestSizeLimitingConfig>, ContextFixture, unknown]>([
    ['no body', {}, {}, undefined],
    ['a body of the size', {}, length(2), undefined],
    ['a body that is one longer', {}, length(3), tooLarge],
    [
      'one that waits to be asked for',
      {},
      { ...length(3), expectsContinue: true },
      { ...tooLarge, status: 417 },
    ],
    ['kilobytes', { size_unit: 'kilobytes' }, length(2048), undefined],
    ['more kilobytes', { size_unit: 'kilobytes' }, length(2049), tooLarge],
    ['megabytes', { size_unit: 'megabytes' }, length(2 * 1024 * 1024), undefined],
    ['more megabytes', { size_unit: 'megabytes' }, length(2 * 1024 * 1024 + 1), tooLarge],
    [
      '128 megabytes by default',
      { allowed_payload_size: null, size_unit: 'megabytes' },
      length(2 ** 27),
      undefined,
    ],
    ['chunks that fit', {}, { body: '12' }, undefined],
    ['no length, required', { require_content_length: true }, {}, required],
    ['chunks, for which it is not required', { require_content_length: true }, { body: '12' }, undefined],
    ['a length, required', { require_content_length: true }, length(2), undefined],
  ])('answers %s', (_title, config, fixture, expected) => {
    const handler = handlerOf(requestSizeLimiting, { ...DEFAULTS, ...config })
    expect(handler.access?.(aContext(fixture))).toEqual(expected)
  })

  it('answers chunks that did not fit into what was read for it', () => {
    const context = aContext({})
    const request = { ...context.request, hasBody: true }
    expect(handlerOf(requestSizeLimiting, { ...DEFAULTS }).access?.({ ...context, request })).toEqual(
      tooLarge,
    )
  })

  it('reads no body of a known length', () => {
    const need = handlerOf(requestSizeLimiting, { ...DEFAULTS }).needs?.requestBody
    expect(need).toMatchObject({ limit: 2 })
    expect(need?.when?.(aContext(length(3)))).toBe(false)
    expect(need?.when?.(aContext({ body: '123' }))).toBe(true)
  })
})
