import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { describeHttp2 } from './describe-http2.ts'

const socket = new Socket()
const GET = [':method', 'GET', ':scheme', 'http', ':path', '/a?b', ':authority', 'api.test']

function described(fields: string[], { endsWithHead = true, maxBodyBytes = 0 } = {}) {
  return describeHttp2({ fields, socket, proxied: null, endsWithHead, maxBodyBytes })
}

describe('a request of HTTP/2', () => {
  it('is told as HTTP/1.1 would have said it', () => {
    expect(described([...GET, 'x', 'y'])).toMatchObject({
      method: 'GET',
      target: '/a?b',
      version: '2',
      scheme: 'http',
      headers: ['host', 'api.test', 'x', 'y'],
      hasBody: false,
      flaw: null,
    })
  })

  it('has its cookies in one line', () => {
    const { headers } = described([...GET, 'cookie', 'a=1', 'x', 'y', 'cookie', 'b=2'])
    expect(headers).toEqual(['host', 'api.test', 'x', 'y', 'cookie', 'a=1; b=2'])
  })

  it.each([
    ['the authority', GET, null],
    ['a Host as well', [...GET, 'host', 'API.test'], null],
    ['another Host', [...GET, 'host', 'b'], 'malformed'],
    ['a Host alone', [...GET.slice(0, 6), 'host', 'api.test'], null],
    ['neither', GET.slice(0, 6), 'malformed'],
  ])('names its host by %s', (_what, fields, flaw) => {
    const { headers, flaw: found } = described(fields)
    expect(found).toBe(flaw)
    expect(headers.filter((text) => text === 'host')).toHaveLength(fields.length > 6 ? 1 : 0)
  })

  it.each([
    ['none', [], true, false],
    ['one of no bytes', ['content-length', '0'], false, false],
    ['one of some', ['content-length', '5'], false, true],
    ['one of who knows how many', [], false, true],
  ])('has a body: %s', (_what, fields, endsWithHead, hasBody) => {
    expect(described([...GET, ...fields], { endsWithHead }).hasBody).toBe(hasBody)
  })

  it('may say that its body is longer than is allowed', () => {
    const given = { endsWithHead: false, maxBodyBytes: 4 }
    expect(described([...GET, 'content-length', '5'], given).flaw).toBe('body-too-large')
  })
})
