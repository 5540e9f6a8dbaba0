import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe.each(['datadog', 'http-log', 'opentelemetry', 'statsd', 'zipkin'])('the queue of %s', (name) => {
  it('has its defaults', () => {
    expect(configOf(anInputWith(name, { queue: { max_batch_size: 20 } }))).toHaveProperty('queue', {
      max_batch_size: 20,
      max_coalescing_delay: 1,
      max_entries: 10000,
      max_bytes: null,
      max_retry_time: 60,
      initial_retry_delay: 0.01,
      max_retry_delay: 60,
    })
  })

  it.each([
    ['no batch', { max_batch_size: 0 }, { max_batch_size: 'value should be between 1 and 1000000' }],
    ['half an entry', { max_entries: 1.5 }, { max_entries: 'expected an integer' }],
    [
      'no delay',
      { initial_retry_delay: 0 },
      { initial_retry_delay: 'value should be between 0 and 1000000' },
    ],
    [
      'too long a delay',
      { max_coalescing_delay: 3601 },
      { max_coalescing_delay: 'value should be between 0 and 3600' },
    ],
    ['an unknown field', { size: 5 }, { size: 'unknown field' }],
  ])('is refused for %s', (_, queue, errors) => {
    expect(refusalOf(anInputWith(name, { queue }))).toEqual({ config: { queue: errors } })
  })
})

describe.each(['datadog', 'http-log', 'statsd'])('the former queue of %s', (name) => {
  it('is kept beside the queue', () => {
    const former = { retry_count: 5, queue_size: 10, flush_timeout: 2.5 }
    expect(configOf(anInputWith(name, former))).toMatchObject({ ...former, queue: { max_batch_size: 1 } })
  })
})
