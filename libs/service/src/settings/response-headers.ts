import { type Form, splitList } from './form.ts'

/** The headers that a process may add to answers, in lower case. */
export type ResponseHeader = (typeof ALL)[number]

const SERVER_TOKENS = ['server', 'via'] as const
const LATENCY_TOKENS = [
  'x-kong-proxy-latency',
  'x-kong-upstream-latency',
  'x-kong-response-latency',
  'x-kong-admin-latency',
] as const
const ALL = [...SERVER_TOKENS, ...LATENCY_TOKENS, 'x-kong-upstream-status'] as const

const MEANINGS = new Map<string, readonly ResponseHeader[]>([
  ['server_tokens', SERVER_TOKENS],
  ['latency_tokens', LATENCY_TOKENS],
  ...ALL.map((name) => [name, [name]] as const),
])

/** Names in any case. `off` counts only as the first word, as in Kong. */
export const responseHeaders: Form<ReadonlySet<ResponseHeader>> = {
  expects: `off, or a comma-separated list of ${[...MEANINGS.keys()].join(', ')}`,
  shownAs: 'list',
  parse(text) {
    const words = splitList(text.toLowerCase())
    if (words[0] === 'off') return { value: new Set() }
    const headers = new Set<ResponseHeader>()
    for (const word of words) {
      const meant = MEANINGS.get(word)
      if (meant === undefined) return { wrong: `use ${this.expects}` }
      for (const header of meant) headers.add(header)
    }
    return { value: headers }
  },
}
