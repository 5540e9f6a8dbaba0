import { customCheck, integer, number, record } from '@biplane/entities'

/** How a plugin that sends what it logs gathers it, and how long it tries. */
export const queue = record(
  {
    max_batch_size: integer({
      default: 1,
      between: [1, 1000000],
      description: 'Maximum number of entries that can be processed at a time.',
    }),
    max_coalescing_delay: number({
      default: 1,
      between: [0, 3600],
      description:
        'Maximum number of (fractional) seconds to elapse after the first entry was queued before the queue starts calling the handler.',
    }),
    max_entries: integer({
      default: 10000,
      between: [1, 1000000],
      description: 'Maximum number of entries that can be waiting on the queue.',
    }),
    max_bytes: integer({
      description: 'Maximum number of bytes that can be waiting on a queue, requires string content.',
    }),
    max_retry_time: number({
      default: 60,
      description: 'Time in seconds before the queue gives up calling a failed handler for a batch.',
    }),
    initial_retry_delay: number({
      default: 0.01,
      between: [0.001, 1000000],
      description: 'Time in seconds before the initial retry is made for a failing batch.',
    }),
    max_retry_delay: number({
      default: 60,
      between: [0.001, 1000000],
      description: 'Maximum time in seconds between retries, caps exponential backoff.',
    }),
  },
  { required: true },
)

/** What said the same before there was `queue`: kept and returned. */
export const formerQueueFields = {
  retry_count: integer({
    description: 'Number of times to retry when sending data to the upstream server.',
  }),
  queue_size: integer({
    description: 'Maximum number of log entries to be sent on each message to the upstream server.',
  }),
  flush_timeout: number({
    description:
      'Optional time in seconds. If `queue_size` > 1, this is the max idle time before sending a log with less than `queue_size` records.',
  }),
}

/** A check that refuses nothing: Kong's only writes to the log that its fields are deprecated. */
export const formerFieldsCheck = (...fields: readonly string[]) => customCheck(fields, () => undefined)

export const formerQueueCheck = formerFieldsCheck('retry_count', 'queue_size', 'flush_timeout')
