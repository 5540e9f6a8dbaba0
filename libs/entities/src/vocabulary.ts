import type { Attributes } from './attributes.ts'
import { foreign, integer, number, set, string } from './field.ts'
import {
  hostProblem,
  hostWithPortProblem,
  sniProblem,
  wildcardHostProblem,
  wildcardSniProblem,
} from './validators/host.ts'
import { ipOrCidrProblem } from './validators/ip.ts'
import { headerNameProblem, nameProblem, tagProblem } from './validators/name.ts'
import { routePathHarm, routePathProblem, servicePathProblem } from './validators/path.ts'
import { certificateProblem, privateKeyProblem } from './validators/pem.ts'
import { urlProblem } from './validators/url.ts'

// Fields that many entities and plugins share: Kong's descriptions, so that schemas read the same everywhere.

export const id = string({
  auto: true,
  uuid: true,
  description: 'A string representing a UUID (universally unique identifier).',
})

const TIMESTAMP = 'An integer representing an automatic Unix timestamp in seconds.'
/** Set on creation, or by the client then. */
export const createdAt = integer({ auto: true, timestamp: true, description: TIMESTAMP })
/** Set by every write; what a client sends is ignored. */
export const updatedAt = integer({ auto: true, timestamp: true, description: TIMESTAMP })

const FINE_TIMESTAMP = 'A number representing an automatic Unix timestamp in milliseconds.'
/** The same two to the millisecond: in seconds, with a fraction. */
export const createdAtFine = number({ auto: true, timestamp: true, description: FINE_TIMESTAMP })
export const updatedAtFine = number({ auto: true, timestamp: true, description: FINE_TIMESTAMP })

/** A unique name, usable in a path. */
export const uniqueName = string({
  unique: true,
  custom: nameProblem,
  description: 'A unique string representing a UTF-8 encoded name.',
})

export const tag = string({
  required: true,
  custom: tagProblem,
  description: 'A string representing a tag.',
})
export const tags = set(tag, { description: 'A set of strings representing tags.' })

/** Whose a credential is; it goes with the consumer. */
export const ofConsumer = foreign('consumers', { required: true, on_delete: 'cascade' })

const PROTOCOLS = ['grpc', 'grpcs', 'http', 'https', 'tcp', 'tls', 'tls_passthrough', 'udp'] as const

export function protocol<const A extends Attributes>(attributes: A) {
  return string({
    one_of: PROTOCOLS,
    description: 'A string representing a protocol, such as HTTP or HTTPS.',
    ...attributes,
  })
}

/** The protocols that a plugin works on, unless its schema narrows them. */
export const protocols = set(protocol({}), {
  required: true,
  default: ['grpc', 'grpcs', 'http', 'https'],
  description: 'A set of strings representing protocols.',
})

export const protocolsHttp = set(string({ one_of: ['grpc', 'grpcs', 'http', 'https'] }), {
  required: true,
  default: ['grpc', 'grpcs', 'http', 'https'],
  description: 'A set of strings representing HTTP protocols.',
})

/** The scopes that a plugin's schema refuses. */
export const noConsumer = foreign('consumers', {
  eq: null,
  description: 'Custom type for representing a foreign key with a null value allowed.',
})
export const noRoute = foreign('routes', {
  eq: null,
  description: "A reference to the 'routes' table with a null value allowed.",
})
export const noService = foreign('services', {
  eq: null,
  description: "A reference to the 'services' table with a null value allowed.",
})

export function host<const A extends Attributes>(attributes: A) {
  return string({
    custom: hostProblem,
    description: 'A string representing a host name, such as example.com.',
    ...attributes,
  })
}

export const hostWithPort = string({
  custom: hostWithPortProblem,
  description:
    'A string representing a host name with an optional port number, such as example.com or example.com:8080.',
})

export const wildcardHost = string({
  match_any: {
    patterns: ['^%*%.', '%.%*$', '^[^*]*$'],
    err: 'invalid wildcard: must be placed at leftmost or rightmost label',
  },
  match_all: [{ pattern: '^[^*]*%*?[^*]*$', err: 'invalid wildcard: must have at most one wildcard' }],
  custom: wildcardHostProblem,
})

export function port<const A extends Attributes>(attributes: A) {
  return integer({
    between: [0, 65535],
    description: 'An integer representing a port number between 0 and 65535, inclusive.',
    ...attributes,
  })
}

/** Milliseconds. */
export function timeout<const A extends Attributes>(attributes: A) {
  return integer({ between: [1, 2147483646], ...attributes })
}

const NO_EMPTY_SEGMENTS = { pattern: '//', err: 'must not have empty segments' }

export function path<const A extends Attributes>(attributes: A) {
  return string({
    starts_with: '/',
    match_none: [NO_EMPTY_SEGMENTS],
    custom: servicePathProblem,
    description:
      'A string representing a URL path, such as /path/to/resource. Must start with a forward slash (/) and must not contain empty segments (i.e., two consecutive forward slashes).',
    ...attributes,
  })
}

export const routePath = string({
  match_any: { patterns: ['^/', '^~/'], err: 'should start with: / (fixed path) or ~/ (regex path)' },
  match_none: [NO_EMPTY_SEGMENTS],
  custom: routePathProblem,
  harm: routePathHarm,
  description:
    "A string representing a router path. It must start with a forward slash ('/') for a fixed path, or the sequence '~/' for a regex path. It must not have empty segments.",
})

export function headerName<const A extends Attributes>(attributes: A) {
  return string({
    custom: headerNameProblem,
    description: 'A string representing an HTTP header name.',
    ...attributes,
  })
}

export function url<const A extends Attributes>(attributes: A) {
  return string({
    custom: urlProblem,
    description: 'A string representing a URL, such as https://example.com/path/to/resource?q=search.',
    ...attributes,
  })
}

export function serverName<const A extends Attributes>(attributes: A) {
  return string({
    custom: sniProblem,
    description: 'A string representing an SNI (server name indication) value for TLS.',
    ...attributes,
  })
}
export const sni = serverName({})

/** The name that a certificate is served for. */
export function wildcardSni<const A extends Attributes>(attributes: A) {
  return string({
    custom: wildcardSniProblem,
    description: 'A string representing a wildcard host name, such as *.example.com.',
    ...attributes,
  })
}

/** A certificate as PEM text. */
export function certificatePem<const A extends Attributes>(attributes: A) {
  return string({
    custom: certificateProblem,
    description: 'A string representing a certificate.',
    ...attributes,
  })
}

/** A private key as PEM text. */
export function keyPem<const A extends Attributes>(attributes: A) {
  return string({ custom: privateKeyProblem, description: 'A string representing a key.', ...attributes })
}

export const ipOrCidr = string({
  custom: ipOrCidrProblem,
  description: 'A string representing an IP address or CIDR block, such as 192.168.1.1 or 192.168.0.0/16.',
})
