import { describe, expect, it } from 'vitest'
import { surroundings } from '../fixtures.ts'
import { addressRange, proxyUrl, uuid, webOrigin } from './network.ts'

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

describe('proxyUrl', () => {
  it('keeps user and password', () => {
    const parsed = proxyUrl.parse('https://user:pass@proxy.example:3128', reading)
    expect(parsed).toMatchObject({ value: { username: 'user', password: 'pass', port: '3128' } })
  })

  it('takes a password with a semicolon, and a path, as Kong does', () => {
    const parsed = proxyUrl.parse('http://user:a;b@localhost:2333/a', reading)
    expect(parsed).toMatchObject({ value: { password: 'a%3Bb', host: 'localhost:2333' } })
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
