import type { RouteFields, RouteRequest } from './compiled-route.ts'

/** A route entity with Kong's defaults. */
export function aRoute(fields: Partial<RouteFields> & { readonly id: string }): RouteFields {
  return {
    name: null,
    created_at: 1_700_000_000,
    protocols: ['http', 'https'],
    methods: null,
    hosts: null,
    paths: null,
    headers: null,
    snis: null,
    regex_priority: 0,
    strip_path: true,
    path_handling: 'v0',
    preserve_host: false,
    https_redirect_status_code: 426,
    service: null,
    ...fields,
  }
}

export function aRequest(
  fields: Partial<Omit<RouteRequest, 'headerValues'>> & { readonly headers?: Record<string, string[]> },
): RouteRequest {
  const { headers = {}, ...rest } = fields
  return {
    method: 'GET',
    host: 'a.test',
    path: '/',
    scheme: 'http',
    headerValues: (name) => headers[name] ?? [],
    ...rest,
  }
}
