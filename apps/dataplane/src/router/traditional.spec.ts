import { describe, expect, it } from 'vitest'
import { aRequest, aRoute } from './fixtures/a-route.ts'
import tables from './fixtures/traditional-tables.json' with { type: 'json' }
import { normalisePath, splitTarget } from './path.ts'
import { Router } from './router.ts'

interface Asked {
  /** Method, scheme and target. */
  readonly request: string
  readonly host: string | null
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly sni?: string
  /** The path is not to be normalised. */
  readonly normal?: boolean
  readonly route: string | null
  readonly captures?: Readonly<Record<string, string | null>>
  /** The prefix that is stripped. */
  readonly taken?: string
}

interface Table {
  readonly about: string
  readonly routes: Readonly<Record<string, Omit<Partial<Parameters<typeof aRoute>[0]>, 'id'>>>
  readonly requests: readonly Asked[]
}

function requestOf({ request, host, headers = {}, sni, normal }: Asked) {
  const [method = '', scheme, ...target] = request.split(' ')
  const { path } = splitTarget(target.join(' '))
  const values = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat()] as const)
  return aRequest({
    ...{ method, host: host ?? undefined, sni, headers: Object.fromEntries(values) },
    scheme: scheme === 'https' ? 'https' : 'http',
    path: normal ? path : normalisePath(path),
  })
}

// JSON's types are wider than what is in it.
describe.each(tables as unknown as readonly Table[])('traditional: $about', ({ routes, requests }) => {
  const router = Object.entries(routes)
    .map(([id, fields]) => aRoute({ ...fields, id }))
    .reduce((all, route) => all.upsert(route), Router.of('traditional'))

  it.each(requests)('$request to $host goes by $route', (asked) => {
    const match = router.match(requestOf(asked))
    expect(match?.rule.route.fields.id ?? null).toBe(asked.route)
    if (asked.taken !== undefined) expect(match?.matched).toBe(asked.taken)
    const captures =
      asked.captures && Object.entries(asked.captures).map(([name, text]) => [name, text ?? false])
    if (captures !== undefined) expect(match?.captures).toEqual(Object.fromEntries(captures))
  })
})
