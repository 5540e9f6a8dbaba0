import { SMUGGLED } from './hostile-values.ts'
import type { Random } from './random.ts'
import type { FuzzRequest } from './request.ts'

const CREATE = 'POST /services HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'
const JSON_BODY = '{"host":"h.test"}'

/** What a socket can be sent that no HTTP client would send: broken framing, lines in lines, requests without an end. */
export function aFrame(random: Random): FuzzRequest {
  const text = random.pick([
    ...chunked,
    ...lengths,
    ...heads,
    `GET /services HTTP/1.1\r\nHost: a\r\n${'x-a: 1\r\n'.repeat(random.pick([90, 2100]))}\r\n`,
    `GET /services HTTP/1.1\r\nHost: a\r\nx-a: ${'a'.repeat(random.pick([15_000, 17_000, 200_000]))}\r\n\r\n`,
    `GET /services?a=${'a'.repeat(random.pick([8_000, 15_000, 17_000]))} HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET /${'a/'.repeat(4000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    Buffer.from(Array.from({ length: 40 }, () => random.below(256))).toString('latin1'),
  ])
  const [method = '', path = ''] = text.split(' ', 2)
  return { method, path: path.slice(0, 60), template: 'raw', headers: {}, wire: Buffer.from(text, 'latin1') }
}

const chunked = [
  `${CREATE}Transfer-Encoding: chunked\r\n\r\n11\r\n${JSON_BODY}\r\n0\r\n\r\n`,
  `${CREATE}Transfer-Encoding: chunked\r\n\r\nzz\r\n${JSON_BODY}\r\n0\r\n\r\n`,
  `${CREATE}Transfer-Encoding: chunked\r\n\r\n-1\r\n${JSON_BODY}\r\n0\r\n\r\n`,
  `${CREATE}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n${JSON_BODY}`,
  `${CREATE}Transfer-Encoding: chunked\r\n\r\n5\r\n${JSON_BODY}\r\n0\r\n\r\n`,
  `${CREATE}Transfer-Encoding: chunked\r\n\r\n11;${'a'.repeat(40_000)}\r\n${JSON_BODY}\r\n0\r\n\r\n`,
  `${CREATE}Transfer-Encoding: chunked\r\n\r\n11\r\n${JSON_BODY}\r\n0\r\n${SMUGGLED}: 1\r\nContent-Length: 5\r\n\r\n`,
  `${CREATE}Transfer-Encoding: chunked, chunked\r\n\r\n11\r\n${JSON_BODY}\r\n0\r\n\r\n`,
  `${CREATE}Transfer-Encoding: gzip\r\n\r\n${JSON_BODY}`,
  `${CREATE}Transfer-Encoding: xchunked\r\nContent-Length: 17\r\n\r\n${JSON_BODY}`,
]

const lengths = [
  `${CREATE}Transfer-Encoding: chunked\r\nContent-Length: 17\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`,
  `${CREATE}Content-Length: 17\r\nContent-Length: 18\r\n\r\n${JSON_BODY} `,
  `${CREATE}Content-Length: -1\r\n\r\n${JSON_BODY}`,
  `${CREATE}Content-Length: 1e3\r\n\r\n${JSON_BODY}`,
  `${CREATE}Content-Length: 99999999999999999999\r\n\r\n${JSON_BODY}`,
  `${CREATE}Content-Length: 5\r\n\r\n${JSON_BODY}`,
  `${CREATE}Content-Length: 500\r\n\r\n${JSON_BODY}`,
  `${CREATE}Content-Length: 17\r\nExpect: 100-continue\r\n\r\n`,
  `${CREATE}Content-Length: 17\r\nExpect: nonsense\r\n\r\n${JSON_BODY}`,
  `${CREATE}Content-Length: 17\r\nContent-Encoding: gzip\r\n\r\n${JSON_BODY}`,
  `GET /services HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n${JSON_BODY}`,
]

const heads = [
  'GET /services HTTP/1.1\r\n\r\n',
  'GET /services HTTP/1.0\r\n\r\n',
  'GET /services HTTP/0.9\r\n\r\n',
  'GET /services HTTP/3.0\r\nHost: a\r\n\r\n',
  'GET /services\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'get /services HTTP/1.1\r\nHost: a\r\n\r\n',
  'FOO /services HTTP/1.1\r\nHost: a\r\n\r\n',
  'CONNECT admin:1 HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET  /services HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /serv\0ices HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /serv\xe9ices HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET services HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET ?size=1 HTTP/1.1\r\nHost: a\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  'TRACE /services HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /services HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'GET /services HTTP/1.1\r\nHost: \r\n\r\n',
  'GET /services HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n',
  'GET /services HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AA\r\n\r\n',
  `GET /services HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r${SMUGGLED}: 1\r\n\r\n`,
  `GET /services HTTP/1.1\r\nHost: a\r\nOrigin: http://a\n${SMUGGLED}: 1\r\n\r\n`,
  `GET /services HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\n ${SMUGGLED}: 1\r\n\r\n`,
  `GET /services HTTP/1.1\r\nHost: a\r\nOrigin: http://\xff\x80\t\x7f\r\n\r\n`,
  `GET /services HTTP/1.1\r\nHost: a\r\nOrigin: \0\r\n\r\n`,
  `OPTIONS /services HTTP/1.1\r\nHost: a\r\nAccess-Control-Request-Headers: a\r${SMUGGLED}: 1\r\n\r\n`,
  `OPTIONS /services HTTP/1.1\r\nHost: a\r\nAccess-Control-Request-Headers: \xff, ${'a'.repeat(9000)}\r\n\r\n`,
  'GET /services HTTP/1.1\r\nHost: a\r\nna me: x\r\n\r\n',
  'GET /services HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n',
  'GET /services HTTP/1.1\r\nHost: a\r\nConnection: close, host, content-type\r\n\r\n',
  'GET /services HTTP/1.1\nHost: a\n\n',
  'GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n',
]
