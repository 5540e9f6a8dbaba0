import { number } from '@biplane/entities'

/** How long a plugin that sends what it logs waits for the other end, in milliseconds. */
export const sendTimeout = number({
  default: 10000,
  description: 'An optional timeout in milliseconds when sending data to the upstream server.',
})
