import { randomUUID } from 'node:crypto'
import { type HashInput, hashInput } from '../balancer/hash-input.ts'
import type { CompiledService } from '../runtime/compiled-service.ts'
import type { Tries } from '../upstreams/upstreams.ts'
import { hashSources } from './hash-sources.ts'
import type { HeaderBlock } from './header-block.ts'
import type { Visit } from './visit.ts'

/** Where a request goes, and what makes the next one of its client go there too. */
export interface Way {
  readonly tries: Tries
  /** Gives the client the cookie that it is to come back with, if there is one. */
  mark(answer: HeaderBlock): void
}

export function wayOf(visit: Visit, { fields }: CompiledService): Way {
  const { revision, value: balancers } = visit.runtime.parts.balancers
  visit.read(revision)
  let input: HashInput | undefined
  const tries = visit.environment.upstreams.tries(fields, balancers, (upstream) => {
    input = hashInput(upstream, hashSources(visit, randomUUID))
    return input.text
  })
  return {
    tries,
    mark(answer) {
      if (input?.cookie !== undefined) setCookie(answer, input.cookie)
    },
  }
}

/** In Kong's words, `Same-Site` as it spells it. One of that name by the upstream is replaced. */
function setCookie(headers: HeaderBlock, { name, value, path }: NonNullable<HashInput['cookie']>): void {
  const others = headers.getAll('set-cookie').filter((cookie) => cookie.split('=')[0]?.trim() !== name)
  headers.remove('set-cookie')
  for (const cookie of others) headers.add('Set-Cookie', cookie)
  headers.add('Set-Cookie', `${name}=${value}; Path=${path}; Same-Site=Lax; HttpOnly`)
}
