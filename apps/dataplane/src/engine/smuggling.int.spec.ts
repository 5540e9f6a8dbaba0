import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo } from '../fixtures/gateway-to.ts'

const open = closedAfterEach()

/** What a request that is hidden behind another one would look like. */
const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n'
const post = (lines: string, body: string): string => `POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n${body}`
const get = (lines: string): string => `GET / HTTP/1.1\r\n${lines}\r\n\r\n`
const named = <T extends string>(what: string, texts: readonly T[], make: (text: T) => string) =>
  texts.map((text): [string, string] => [`${what} ${JSON.stringify(text).slice(0, 40)}`, make(text)])

/** The forms of the public corpora: who stands before or behind a gateway may read each of them otherwise than it does. */
const FORMS: readonly (readonly [what: string, sent: string])[] = [
  ['CL.TE', post('Content-Length: 6\r\nTransfer-Encoding: chunked', `0\r\n\r\n${HIDDEN}`)],
  ['TE.CL', post('Transfer-Encoding: chunked\r\nContent-Length: 4', `20\r\n${HIDDEN}\r\n0\r\n\r\n`)],
  ['CL.0', post('Content-Length: 0\r\nContent-Length: 34', HIDDEN)],
  ...named(
    'Transfer-Encoding:',
    [
      'xchunked',
      'chunked, identity',
      'identity',
      'chunked, chunked',
      'gzip, chunked',
      'identity, chunked',
      'chunked x',
    ],
    (coding) => post(`Transfer-Encoding: ${coding}`, `0\r\n\r\n${HIDDEN}`),
  ),
  ...named(
    'Transfer-Encoding:',
    [
      '"chunked"',
      'chunked;q=1',
      '\x0bchunked',
      'chunked\x0b',
      'cow',
      '',
      ',chunked',
      'chunked,',
      'chun\\ked',
      '\0chunked',
    ],
    (coding) => post(`Transfer-Encoding: ${coding}`, `0\r\n\r\n${HIDDEN}`),
  ),
  ...named('Transfer-Encoding, chunked and', ['chunked', 'cow', 'identity'], (coding) =>
    post(`Transfer-Encoding: chunked\r\nTransfer-encoding: ${coding}`, `0\r\n\r\n${HIDDEN}`),
  ),
  [
    'identity, then chunked',
    post('Transfer-Encoding: identity\r\nTransfer-Encoding: chunked', `0\r\n\r\n${HIDDEN}`),
  ],
  ...named(
    'the line',
    [
      'Transfer-Encoding : chunked',
      'Transfer-Encoding\t: chunked',
      ' Transfer-Encoding: chunked',
      '\tTransfer-Encoding: chunked',
      'Transfer-Encoding:\r\n chunked',
      'X: a\r\n\tTransfer-Encoding: chunked',
      'X: a\r\n b',
      'X: a\nTransfer-Encoding: chunked',
      'X: a\rTransfer-Encoding: chunked',
      'X: a\0b',
      'X: a\x01b',
      'X: a\x0bb',
      'X: a\x7fb',
      'X\0: a',
      'X\xff: a',
      'X y: a',
      'X(y): a',
      ': a',
      'Xa',
      'Content-Length : 3',
      'Content-Length\t: 3',
      `X: ${'x'.repeat(9000)}`,
    ],
    (line) => post(`${line}\r\nContent-Length: 3`, 'abc'),
  ),
  [
    'chunks in HTTP/1.0',
    `POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  ],
  ...named(
    'Content-Length:',
    [
      '3, 3',
      '+3',
      '-3',
      '0x3',
      '3 3',
      '',
      '3a',
      '3.0',
      ' ',
      '03',
      ';3',
      '3;',
      '"3"',
      '3\x0b',
      '9'.repeat(16),
      '9'.repeat(40),
    ],
    (length) => post(`Content-Length: ${length}`, 'abc'),
  ),
  ['two equal lengths', post('Content-Length: 3\r\nContent-Length: 3', 'abc')],
  ['two lengths', post('Content-Length: 3\r\nContent-Length: 4', 'abcd')],
  ['bare LF everywhere', 'GET / HTTP/1.1\nHost: a\n\n'],
  ['bare LF after the request line', 'GET / HTTP/1.1\nHost: a\r\n\r\n'],
  ['bare LF at the end of the head', 'GET / HTTP/1.1\r\nHost: a\r\n\n'],
  ['bare CR at the end of a line', 'GET / HTTP/1.1\r\nHost: a\r\r\n\r\n'],
  ['bare CR at the end of the head', 'GET / HTTP/1.1\r\nHost: a\r\n\r\r\n'],
  ['bare CR everywhere', 'GET / HTTP/1.1\rHost: a\r\r\n\r\n'],
  ['space before the first header', `GET / HTTP/1.1\r\n Host: a\r\n\r\n${HIDDEN}`],
  ['HTTP/0.9', `GET /\r\n\r\n${HIDDEN}`],
  ...named(
    'the version',
    [
      'HTTP/0.9',
      'HTTP/1.2',
      'HTTP/2.0',
      'HTTP/3.0',
      'HTTP/1.10',
      'HTTP/01.1',
      'HTTP/1,1',
      'HTTP/1.',
      'HTTP/11',
      'http/1.1',
      'HTTP/1.1 ',
    ],
    (version) => `GET / ${version}\r\nHost: a\r\n\r\n${HIDDEN}`,
  ),
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a request line that is indented', ' GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a tab in the request line', 'GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a method in lower case', 'get / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ...named(
    'the target',
    ['/a b', '/a\0b', '/a\x01b', '/a\tb', '/a\x7fb', '/a\xffb', '*', 'a:80', 'a', '@b/', '?x'],
    (target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n${HIDDEN}`,
  ),
  ...named(
    'the target',
    ['http://b/', 'http://u@a/', 'ftp://a/', 'https://a/', 'http:///', 'http://a\\b/'],
    (target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n${HIDDEN}`,
  ),
  ...named('Host:', ['a b', 'a/b', 'a@b', 'a\\b', 'a#b', 'a?b', 'a\tb', '"a"'], (host) =>
    get(`Host: ${host}`),
  ),
  ['no host', `GET / HTTP/1.1\r\n\r\n${HIDDEN}`],
  ['two hosts', get('Host: a\r\nHost: b') + HIDDEN],
  ['two equal hosts', get('Host: a\r\nhOST: a') + HIDDEN],
  ['a host, and a space before its colon', get('Host : a')],
  [
    'a WebSocket with a body',
    get(`Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 34`) + HIDDEN,
  ],
  [
    'a WebSocket with chunks',
    `${get('Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked')}0\r\n\r\n${HIDDEN}`,
  ],
  ...named(
    'the size of a chunk',
    [
      'g',
      '0x3',
      '-3',
      '+3',
      '3 ',
      ' 3',
      '3_',
      '3,',
      '',
      '3\n',
      '3\x0b',
      '3;',
      '3\t;a',
      '3 ;a',
      '10000000000000003',
    ],
    (size) => post('Transfer-Encoding: chunked', `${size}\r\nabc\r\n0\r\n\r\n`),
  ),
  ...named('the extension of a chunk', ['\nx', 'a="b\n"', 'a=\0', 'a'.repeat(20_000)], (extension) =>
    post('Transfer-Encoding: chunked', `3;${extension}\r\nabc\r\n0\r\n\r\n`),
  ),
  ...named(
    'the chunks',
    [
      '3\nabc\n0\n\n',
      '3\r\nabcd\r\n0\r\n\r\n',
      '3\r\nabc\n0\r\n\r\n',
      '3\r\nabc\rx0\r\n\r\n',
      '3\r\nabc\r\n0\r\n\n',
      '3\r\nabc0\r\n\r\n',
    ],
    (chunks) => post('Transfer-Encoding: chunked', chunks),
  ),
  ...named(
    'the trailer',
    ['Content-Length: 5', 'Transfer-Encoding: chunked', 'X y: b', 'X : b', 'X: y\nz: a', 'X: y\r\n z'],
    (trailer) => post('Transfer-Encoding: chunked', `0\r\n${trailer}\r\n\r\n`),
  ),
]

describe('what may be read in more than one way', () => {
  it.each(FORMS)('%s', async (_what, sent) => {
    const upstream = await recorder()
    const gateway = await gatewayTo(open, upstream)
    const answer = await answered(gateway.port, sent)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer).toMatch(/^Server: kong\/3\.4\.0\r$/m)
    expect(answer).toMatch(/^Connection: close\r$/m)
    expect(answer).toMatch(/\r\n\r\nBad request\n$/)
    expect(upstream.bytes()).toBe('')
  })
})

describe('what is too long', () => {
  it.each([
    ['a target', `GET /${'x'.repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`, '414'],
    ['a head', `GET / HTTP/1.1\r\nHost: a\r\n${`X: ${'x'.repeat(4000)}\r\n`.repeat(10)}\r\n`, '400'],
    ['a head of too many lines', `GET / HTTP/1.1\r\nHost: a\r\n${'a:\r\n'.repeat(1000)}\r\n`, '400'],
  ])('%s', async (_what, sent, status) => {
    const upstream = await recorder()
    const gateway = await gatewayTo(open, upstream)
    expect(await answered(gateway.port, sent + HIDDEN)).toMatch(
      new RegExp(`^HTTP/1.1 ${status}(?!.*HTTP/)`, 's'),
    )
    expect(upstream.bytes()).toBe('')
  })
})

describe('nonsense behind a request', () => {
  it('is refused after its answer, and does not hurry or break it', async () => {
    const upstream = await recorder()
    const gateway = await gatewayTo(open, upstream)
    const answer = await answered(gateway.port, `${get('Host: a')}nonsense\r\n\r\n${HIDDEN}`)
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
    expect(upstream.bytes()).not.toContain('hidden')
  })
})

describe('a long body that turns out to be malformed', () => {
  it('ends nowhere at its upstream', async () => {
    const upstream = await recorder()
    const gateway = await gatewayTo(open, upstream)
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    const answer = await answered(
      gateway.port,
      post('Transfer-Encoding: chunked', `${chunk}3\nabc\r\n0\r\n\r\n${HIDDEN}`),
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(upstream.bytes()).not.toMatch(/\r\n0\r\n|hidden/)
  })
})

describe('what only looks strange', () => {
  it.each([
    ['an empty line before the request', `\r\n${get('Host: a\r\nConnection: close')}`],
    [
      'extensions of chunks, which go no further',
      post('Connection: close\r\nTransfer-Encoding: chunked', '3;a=b;c\r\nabc\r\n0\r\n\r\n'),
    ],
    [
      'a coding in capitals',
      post('Connection: close\r\nTransfer-Encoding:\tCHUNKED', '3\r\nabc\r\n0\r\n\r\n'),
    ],
    [
      'an underscore that makes another header of it',
      post('Connection: close\r\nTransfer_Encoding: chunked\r\nContent-Length: 3', 'abc'),
    ],
    ['a head of many lines', get(`Host: a\r\nConnection: close${'\r\na: b'.repeat(990)}`)],
    ['a body that is to be forgotten', post('Connection: close, content-length\r\nContent-Length: 3', 'abc')],
    [
      'a request for h2c with a body',
      post('Connection: Upgrade, close\r\nUpgrade: h2c\r\nContent-Length: 3', 'abc'),
    ],
  ])('is served: %s', async (_what, sent) => {
    const upstream = await recorder()
    const gateway = await gatewayTo(open, upstream)
    expect(await answered(gateway.port, sent)).toMatch(/^HTTP\/1\.1 200 /)
    expect(upstream.bytes()).not.toMatch(/^(?:Upgrade|Transfer-Encoding):|;a=b/m)
    if (sent.startsWith('POST')) expect(upstream.bytes()).toMatch(/^Content-Length: 3\r\n(.*\r\n)*\r\nabc$/m)
  })
})

/** Sends it all and reads until the connection ends. */
async function answered(port: number, sent: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.write(sent, 'latin1')
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1')
}

/** An upstream that keeps every byte, and answers once when a whole request might be there. */
async function recorder() {
  let text = ''
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', async (bytes) => {
      text += bytes.toString('latin1')
      if (!text.includes('\r\n\r\n')) return
      await pause(20)
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({ [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return { port: address.port, bytes: () => text }
}
