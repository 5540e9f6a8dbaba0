import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of http-log', () => {
  it.each([
    ['no URL', { http_endpoint: null }, { config: { http_endpoint: 'required field missing' } }],
    [
      'a URL without a host',
      { http_endpoint: 'http:/h' },
      { config: { http_endpoint: 'missing host in url' } },
    ],
    [
      'a URL without a scheme',
      { http_endpoint: '//h' },
      { config: { http_endpoint: 'missing scheme in url' } },
    ],
    ['an unknown method', { method: 'GET' }, { config: { method: 'expected one of: POST, PUT, PATCH' } }],
    [
      'a type that it does not send',
      { content_type: 'text/plain' },
      { config: { content_type: 'expected one of: application/json, application/json; charset=utf-8' } },
    ],
    ['the header Host', { headers: { hOsT: 'x' } }, { config: { headers: "cannot contain 'Host' header" } }],
    [
      'the header Content-Length',
      { headers: { 'content-length': '1' } },
      { config: { headers: "cannot contain 'Content-Length' header" } },
    ],
    [
      'the header Content-Type',
      { headers: { 'Content-Type': 'x' } },
      { config: { headers: "cannot contain 'Content-Type' header" } },
    ],
    [
      'a bad name of a header',
      { headers: { 'x y': '1' } },
      { config: { headers: "bad header name 'x y', allowed characters are A-Z, a-z, 0-9, '_', and '-'" } },
    ],
    [
      'a header with two values',
      { headers: { x: ['1', '2'] } },
      { config: { headers: 'expected a string' } },
    ],
    [
      'two ways to authenticate',
      { http_endpoint: 'http://ann:secret@h.test', headers: { AuthoriZation: 'Bearer x' } },
      {
        config: "specifying both an 'Authorization' header and user info in 'http_endpoint' is not allowed",
      },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('http-log', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        method: 'POST',
        content_type: 'application/json',
        timeout: 10000,
        keepalive: 60000,
        headers: null,
        retry_count: null,
      },
    ],
    [
      'a user in the URL',
      { http_endpoint: 'http://ann:x@h.test', headers: { 'x-y': '1' } },
      { headers: { 'x-y': '1' } },
    ],
    [
      'a header that authorizes',
      { headers: { Authorization: '{vault://env/token}' } },
      { headers: { Authorization: '{vault://env/token}' } },
    ],
    ['a URL in a vault', { http_endpoint: '{vault://env/url}' }, { http_endpoint: '{vault://env/url}' }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('http-log', config))).toMatchObject(expected)
  })
})
