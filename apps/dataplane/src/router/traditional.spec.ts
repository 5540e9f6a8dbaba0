import { describe, expect, it } from 'vitest'
import { aRequest, aRoute } from './fixtures/a-route.ts'
import { type Asked, traditionalTables } from './fixtures/traditional-table.ts'
import { normalisePath, splitTarget } from './path.ts'
import { Router } from './router.ts'

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

describe.each(traditionalTables)('traditional: $about', ({ routes, requests }) => {
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
