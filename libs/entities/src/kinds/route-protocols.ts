import { type Check, isFilled } from '../checks.ts'
import { array, boolean, type Field, type Fields, map, record, set, string } from '../field.ts'
import type { JsonObject } from '../json.ts'
import type { Subschema } from '../plugin-schema.ts'

const HTTP = "'http' or 'https'"
const STREAM = "'tcp', 'tls', 'tls_passthrough' or 'udp'"
const GRPC = "'grpc' or 'grpcs'"

const cannotSet = (name: string, when: string) => `cannot set '${name}' when 'protocols' is ${when}`

/** Fields that must stay null. Their shape does not matter then; it is the one they have elsewhere. */
function refused(names: readonly string[], when: string): Fields {
  return Object.fromEntries(
    names.map((name): [string, Field] => {
      const attributes = { eq: null, err: cannotSet(name, when) }
      return [
        name,
        name === 'headers' ? map(string(), array(string()), attributes) : set(record({}), attributes),
      ]
    }),
  )
}

const http: Subschema = {
  fields: refused(['sources', 'destinations'], HTTP),
  checks: [
    needsOneOf(({ protocols }) =>
      has(protocols, 'https')
        ? mustSet(['methods', 'hosts', 'headers', 'paths', 'snis'], "'https'")
        : mustSet(['methods', 'hosts', 'headers', 'paths'], "'http'"),
    ),
  ],
}

const stream: Subschema = {
  fields: refused(['methods', 'hosts', 'paths', 'headers'], STREAM),
  checks: [needsOneOf(() => mustSet(['sources', 'destinations', 'snis'], "'tcp', 'tls' or 'udp'"))],
}

const tlsPassthrough: Subschema = {
  fields: stream.fields,
  checks: [
    needsOneOf(() => ({ names: ['snis'], message: "must set snis when 'protocols' is 'tls_passthrough'" })),
  ],
}

const grpc: Subschema = {
  fields: {
    ...refused(['methods', 'sources', 'destinations'], GRPC),
    strip_path: boolean({ required: true, default: false, ne: true, err: cannotSet('strip_path', GRPC) }),
  },
  checks: [
    needsOneOf(({ protocols }) =>
      has(protocols, 'grpcs')
        ? mustSet(['hosts', 'headers', 'paths', 'snis'], "'grpcs'")
        : mustSet(['hosts', 'headers', 'paths'], "'grpc'"),
    ),
  ],
}

/** What a route may and must hold, by its first protocol. The protocols of one route are all of one group. */
export const routeSubschemas: ReadonlyMap<string, Subschema> = new Map([
  ['http', http],
  ['https', http],
  ['tcp', stream],
  ['tls', stream],
  ['udp', stream],
  ['tls_passthrough', tlsPassthrough],
  ['grpc', grpc],
  ['grpcs', grpc],
])

interface Need {
  readonly names: readonly string[]
  readonly message: string
}

function needsOneOf(needOf: (route: JsonObject) => Need): Check {
  return {
    shown: null,
    sources: ['protocols', 'methods', 'hosts', 'headers', 'paths', 'snis', 'sources', 'destinations'],
    heeds: 'none',
    run: (route, _, faultOf) => {
      if (faultOf('protocols') !== undefined) return undefined
      const { names, message } = needOf(route)
      return names.some((name) => isFilled(route[name])) ? undefined : { message }
    },
  }
}

function mustSet(names: readonly string[], when: string): Need {
  const list = names.map((name) => `'${name}'`).join(', ')
  return { names, message: `must set one of ${list} when 'protocols' is ${when}` }
}

function has(protocols: JsonObject[string] | undefined, one: string): boolean {
  return Array.isArray(protocols) && protocols.includes(one)
}
