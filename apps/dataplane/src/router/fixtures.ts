import type { Route } from '@biplane/entities'
import type { RouteRequest } from './compiled-route.ts'

/** A route entity with Kong's defaults. */
export function aRoute(fields: Partial<Route> & { readonly id: string }): Route {
  return {
    name: null,
    created_at: 1_700_000_000,
    updated_at: 1_700_000_000,
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
    request_buffering: true,
    response_buffering: true,
    sources: null,
    destinations: null,
    tags: null,
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
