import type { ErrorTemplates } from './error-page.ts'

/** How requests are taken and answers told, where an operator may choose. */
export interface HttpSettings extends ErrorTemplates {
  /** The ports that clients connect to, by those that the node listens at where something in between maps them. */
  readonly port_maps: ReadonlyMap<number, number>
  /** Whether who asks by `Kong-Debug` is told route and service. */
  readonly allow_debug_header: boolean
  /** How many lines of headers, and how many arguments, a route is looked for by. */
  readonly lua_max_req_headers: number
  readonly lua_max_uri_args: number
  /** What upstreams are shown that ask for a certificate, where the config names none; PEM. */
  readonly client_pair: { readonly cert: string; readonly key: string } | null
  /** The type of error pages for who says nothing of what he takes. */
  readonly error_default_type: string
  /** What is told of text that tells no charset; null for nothing. */
  readonly nginx_http_charset: string | null
  /** How many bytes of a body are held before the upstream gets it. */
  readonly nginx_http_client_body_buffer_size: number
}
