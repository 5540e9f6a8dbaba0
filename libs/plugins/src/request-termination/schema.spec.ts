import { describe, expect, it } from 'vitest'
import { anInput, configOf, refusalOf } from '../fixtures.ts'

describe('a config of request-termination', () => {
  it.each([
    [{ message: 'x', body: 'y' }, 'message cannot be used with content_type or body'],
    [{ message: 'x', content_type: 'text/plain' }, 'message cannot be used with content_type or body'],
    [{ content_type: 'text/plain' }, 'content_type requires a body'],
    [{ echo: true, body: 'y' }, 'echo cannot be used with content_type and body'],
    [{ status_code: 99 }, { status_code: 'value should be between 100 and 599' }],
  ])('is refused as %j', (config, expected) => {
    expect(refusalOf(anInput('request-termination', config))).toEqual({ config: expected })
  })

  it.each([
    [{ message: 'x' }],
    [{ message: 'x', echo: true }],
    [{ body: 'y' }],
    [{ body: 'y', content_type: 'text/plain' }],
  ])('is accepted as %j', (config) => {
    expect(configOf(anInput('request-termination', config))).toMatchObject(config)
  })
})
