import { type Attributes, integer, string } from '@biplane/entities'

/** How long a request to a collector of traces may take, in milliseconds. */
export const traceTimeouts = (connect: number) => ({
  connect_timeout: timeout(connect),
  send_timeout: timeout(5000),
  read_timeout: timeout(5000),
})

function timeout(milliseconds: number) {
  return integer({
    default: milliseconds,
    between: [0, 2147483646],
    description: 'An integer representing a timeout in milliseconds. Must be between 0 and 2^31-2.',
  })
}

/** The forms in which a request may carry its trace. */
const FORMS = ['b3', 'b3-single', 'w3c', 'jaeger', 'ot', 'aws'] as const

export function traceHeader<const A extends Attributes>(attributes: A) {
  return string({ default: 'b3', one_of: FORMS, ...attributes })
}

/** What is done about the headers that a request came with, beside the forms to expect. */
export function incomingTraceHeader<const A extends Attributes>(attributes: A) {
  return string({ default: 'preserve', one_of: ['preserve', 'ignore', ...FORMS], ...attributes })
}
