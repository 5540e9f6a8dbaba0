import { expect, it } from 'vitest'
import { aWrite } from '../fixtures/context.ts'
import type { JsonObject } from '../json.ts'
import { validate } from '../validate.ts'
import { route } from './route.ts'

/** Which of these matchers a route must have one of. */
const needs: readonly (readonly [JsonObject, string])[] = [
  [{}, "must set one of 'methods', 'hosts', 'headers', 'paths', 'snis' when 'protocols' is 'https'"],
  [
    { protocols: ['https'] },
    "must set one of 'methods', 'hosts', 'headers', 'paths', 'snis' when 'protocols' is 'https'",
  ],
  [
    { protocols: ['http'] },
    "must set one of 'methods', 'hosts', 'headers', 'paths' when 'protocols' is 'http'",
  ],
  [
    { protocols: ['grpc', 'grpcs'] },
    "must set one of 'hosts', 'headers', 'paths', 'snis' when 'protocols' is 'grpcs'",
  ],
  [{ protocols: ['grpc'] }, "must set one of 'hosts', 'headers', 'paths' when 'protocols' is 'grpc'"],
  [
    { protocols: ['tcp'] },
    "must set one of 'sources', 'destinations', 'snis' when 'protocols' is 'tcp', 'tls' or 'udp'",
  ],
  [{ protocols: ['tls_passthrough'] }, "must set snis when 'protocols' is 'tls_passthrough'"],
  [
    { protocols: ['http'], paths: [], hosts: null },
    "must set one of 'methods', 'hosts', 'headers', 'paths' when 'protocols' is 'http'",
  ],
]

it.each(needs)('a route of %j matches everything, and is refused', (input, message) => {
  expect(validate(route, input, aWrite())).toStrictEqual({ errors: { '@entity': [message] } })
})
