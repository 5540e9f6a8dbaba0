import { patternProblem } from '../backtracking/pattern-problem.ts'
import { atLeastOneOf, conditional, customCheck } from '../checks.ts'
import { defineEntity, type EntityOf } from '../definition.ts'
import { array, boolean, foreign, integer, map, record, set, string } from '../field.ts'
import type { Problem } from '../field-errors.ts'
import { regexProblem } from '../pcre.ts'
import {
  createdAt,
  headerName,
  id,
  ipOrCidr,
  port,
  protocol,
  routePath,
  sni,
  tags,
  uniqueName,
  updatedAt,
  wildcardHost,
} from '../vocabulary.ts'
import { routeSubschemas } from './route-protocols.ts'

const address = record({ ip: ipOrCidr, port: port({}) }, { entity_checks: [atLeastOneOf('ip', 'port')] })

const ROUTE_HEADERS = 'A map of header names to arrays of header values.'
const routeHeaderName = headerName({
  match_none: [
    {
      pattern: '^[Hh][Oo][Ss][Tt]$',
      err: "cannot contain 'host' header, which must be specified in the 'hosts' attribute",
    },
  ],
})

/** Which requests go to a service. */
export const route = defineEntity({
  kind: 'routes',
  collection: 'routes',
  endpointKey: 'name',
  nested: { service: 'routes' },
  specialized: {
    by: 'protocols',
    subschema: (name) => routeSubschemas.get(name),
    names: () => routeSubschemas.keys(),
    unknown: (name) => `unknown type: ${name}`,
  },
  fields: {
    id,
    created_at: createdAt,
    updated_at: updatedAt,
    name: uniqueName,
    protocols: set(protocol({}), {
      required: true,
      len_min: 1,
      default: ['http', 'https'],
      mutually_exclusive_subsets: [
        ['http', 'https'],
        ['tcp', 'tls', 'udp'],
        ['tls_passthrough'],
        ['grpc', 'grpcs'],
      ],
      description: 'An array of the protocols this Route should allow.',
    }),
    methods: set(
      string({
        match: '^%u+$',
        description:
          'A string representing an HTTP method, such as GET, POST, PUT, or DELETE. The string must contain only uppercase letters.',
      }),
      { description: 'A set of strings representing HTTP methods. Each method must be a valid HTTP method.' },
    ),
    hosts: array(wildcardHost, {
      description:
        "An array of strings representing hosts. A valid host is a string containing one or more labels separated by periods, with at most one wildcard label ('*')",
    }),
    paths: array(routePath, { description: 'An array of strings representing router paths.' }),
    headers: map(routeHeaderName, array(string(), { harm: headerPatternHarm }), {
      description: ROUTE_HEADERS,
    }),
    https_redirect_status_code: integer({
      required: true,
      default: 426,
      one_of: [426, 301, 302, 307, 308],
      description:
        'The status code Kong responds with when all properties of a Route match except the protocol',
    }),
    regex_priority: integer({
      default: 0,
      description:
        'A number used to choose which route resolves a given request when several routes match it using regexes simultaneously.',
    }),
    strip_path: boolean({
      required: true,
      default: true,
      description:
        'When matching a Route via one of the paths, strip the matching prefix from the upstream request URL.',
    }),
    path_handling: string({
      default: 'v0',
      one_of: ['v0', 'v1'],
      description:
        'Controls how the Service path, Route path and requested path are combined when sending a request to the upstream.',
    }),
    preserve_host: boolean({
      required: true,
      default: false,
      description:
        'When matching a Route via one of the hosts domain names, use the request Host header in the upstream request headers.',
    }),
    request_buffering: boolean({
      required: true,
      default: true,
      description: 'Whether to enable request body buffering or not. With HTTP 1.1.',
    }),
    response_buffering: boolean({
      required: true,
      default: true,
      description: 'Whether to enable response body buffering or not.',
    }),
    snis: set(sni, { description: 'A list of SNIs that match this Route when using stream routing.' }),
    sources: set(address, {
      description: "A set of sources, each of which is a record with at least one of 'ip' or 'port'.",
    }),
    destinations: set(address, {
      description: "A set of destinations, each of which is a record with at least one of 'ip' or 'port'.",
    }),
    tags,
    service: foreign('services', {
      description: 'The Service this Route is associated to. This is where the Route proxies traffic to.',
    }),
  },
  checks: [
    conditional({
      if_field: 'protocols',
      if_match: { elements: string({ not_one_of: ['grpcs', 'https', 'tls', 'tls_passthrough'] }) },
      then_field: 'snis',
      then_match: { len_eq: 0 },
      then_err: "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'",
    }),
    // Kong shows these two; the one refuses v1 in the expressions flavour only, the other warns and refuses nothing.
    customCheck(['path_handling'], () => undefined),
    customCheck(['id', 'paths'], () => undefined, { run_with_missing_fields: true }),
  ],
})
/** A route by expression has these two instead of attributes: see `expressionRoute`. */
export type Route = EntityOf<typeof route> & {
  readonly expression?: string | null
  readonly priority?: number | null
}

/** A value that begins so is a pattern, which any part of a header may match; nodes must be able to compile it. */
function headerPatternHarm(values: readonly string[]): Problem | undefined {
  const problems = values.map((value) => (value.startsWith('~*') ? headerProblem(value.slice(2)) : null))
  const last = problems.findLastIndex((problem) => problem !== null)
  return last === -1 ? undefined : problems.slice(0, last + 1)
}

function headerProblem(pattern: string): string | null {
  if (regexProblem(pattern) !== undefined) return `not a valid regex: ${pattern}`
  return patternProblem(pattern, 'anywhere') ?? null
}

/** A route where `router_flavor` is `traditional`: of several values of a header none is a pattern. */
export const traditionalRoute = defineEntity({
  ...route,
  fields: {
    ...route.fields,
    headers: map(routeHeaderName, array(string(), { harm: onlyPatternHarm }), { description: ROUTE_HEADERS }),
  },
})

function onlyPatternHarm(values: readonly string[]): Problem | undefined {
  return values.length === 1 ? headerPatternHarm(values) : undefined
}
