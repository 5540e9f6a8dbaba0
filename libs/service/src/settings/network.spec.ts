import { describe, expect, it } from 'vitest'
import { surroundings } from '../fixtures.ts'
import { addressRange, nameServer, proxyUrl, uuid, webOrigin } from './network.ts'

const reading = { ...surroundings(), prefix: '/', given: true }

describe('addressRange', () => {
  it.each(['10.0.0.1', '10.0.0.0/8', '0.0.0.0/0', '::/0', 'fe80::1/64'])('takes %s', (text) => {
    expect(addressRange.parse(text, reading)).toEqual({ value: text })
  })

  it.each(['10.0.0', '10.0.0.0/33', '::/129', '10.0.0.0/8/8', '10.0.0.0/', 'localhost'])(
    'refuses %s',
    (text) => {
      expect(addressRange.parse(text, reading)).toHaveProperty('wrong')
    },
  )
})

describe('nameServer', () => {
  it.each(['10.0.0.1', '10.0.0.1:53', '::1', '[::1]', '[::1]:5353'])('takes %s', (text) => {
    expect(nameServer.parse(text, reading)).toEqual({ value: text })
  })

  it.each(['dns.test', '10.0.0.1:0', '10.0.0.1:70000', '[10.0.0.1]:53', '10.0.0', ''])(
    'refuses %s',
    (text) => {
      expect(nameServer.parse(text, reading)).toHaveProperty('wrong')
    },
  )
})

describe('proxyUrl', () => {
  it.each([
    ['http://proxy.test:3128', { host: 'proxy.test', port: 3128, secure: false, credentials: null }],
    ['HTTPS://proxy.test:3128/', { host: 'proxy.test', secure: true }],
    ['http://[::1]:3128', { host: '::1', port: 3128 }],
    ['http://proxy.test', { port: 443 }],
    ['https://proxy.test', { port: 443 }],
    ['http://proxy.test:80', { port: 80 }],
    ['https://user:1@proxy.test:443', { port: 443 }],
    ['http://user:pass@proxy.test:3128', { credentials: { user: 'user', password: 'pass' } }],
    ['http://user@proxy.test:3128', { credentials: { user: 'user', password: '' } }],
    ['http://:pass@proxy.test:3128', { credentials: { user: '', password: 'pass' } }],
    ['http://a%40b:p%3A%2F%25%C3%BC@proxy.test:3128', { credentials: { user: 'a@b', password: 'p:/%ü' } }],
    // As Kong takes it.
    [
      'http://user:a;b@localhost:2333/a',
      { host: 'localhost', credentials: { user: 'user', password: 'a;b' } },
    ],
  ])('reads %s', (text, value) => {
    expect(proxyUrl.parse(text, reading)).toMatchObject({ value })
  })

  it.each([
    ['://localhost:2333', /scheme/],
    ['localhost:2333', /scheme/],
    ['cool://localhost:2333', /http or https/],
    ['http://localhost:2333/?a=1', /query/],
    ['http://localhost:2333/#a', /fragment/],
    ['http://localhost:2333/;a', /parameters/],
    ['http://localhost:2333?', /query/],
    ['http://', /host:port/],
    ['http://user:100%@proxy.test', /%25/],
    ['http://us%3Aer:x@proxy.test', /:/],
    ['http://proxy.test:99999', /host:port/],
  ])('refuses %s', (text, wrong) => {
    expect(proxyUrl.parse(text, reading)).toEqual({ wrong: expect.stringMatching(wrong) })
  })
})

describe('webOrigin', () => {
  it.each([
    ['http://manager.test:8002', 'http://manager.test:8002'],
    ['https://Manager.test:443/manager/', 'https://manager.test'],
    ['http://[::1]:8002', 'http://[::1]:8002'],
  ])('is what a browser calls %s', (text, value) => {
    expect(webOrigin.parse(text, reading)).toEqual({ value })
  })

  it.each(['manager.test', 'ftp://manager.test', 'http://', 'javascript:alert(1)'])('refuses %s', (text) => {
    expect(webOrigin.parse(text, reading)).toHaveProperty('wrong')
  })
})

it('reads a UUID in either case', () => {
  const text = '0DC6F45B-8F8D-40D2-A504-473544EE190B'
  expect(uuid.parse(text, reading)).toEqual({ value: text.toLowerCase() })
  expect(uuid.parse(`${text}0`, reading)).toHaveProperty('wrong')
})
