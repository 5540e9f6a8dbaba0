import { describe, expect, it } from 'vitest'
import { httpDefaults } from '../fixtures/http-defaults.ts'
import { appendCharset, serverError } from './answer.ts'
import { HeaderBlock } from './header-block.ts'

describe('an error of the connection', () => {
  it.each<[string, string[], string]>([
    ['nothing', [], 'text/html'],
    ['an empty Accept', ['Accept', ''], 'text/html'],
    ['what was sent', ['Content-Type', 'application/json'], 'application/json'],
    [
      'what is accepted',
      ['Content-Type', 'application/json', 'Accept', 'application/xml'],
      'application/xml',
    ],
    ['several lines of Accept', ['Accept', 'text/html;q=0.1', 'Accept', 'text/plain'], 'text/plain'],
  ])('is told in a type that follows from %s', (_what, headers, type) => {
    const asker = {
      headers: new HeaderBlock(headers),
      version: '1.1' as const,
      http: { ...httpDefaults, error_default_type: 'text/html' },
    }
    expect(serverError(502, 'm', asker, 'gateway').headers.get('content-type')).toBe(`${type}; charset=utf-8`)
  })
})

describe('the charset', () => {
  it.each([
    ['text/plain', 'x-own', 'text/plain; charset=x-own'],
    ['TEXT/HTML', 'UTF-8', 'TEXT/HTML; charset=UTF-8'],
    ['text/plain; format=flowed', 'UTF-8', 'text/plain; format=flowed'],
    ['text/plain; charset=latin1', 'UTF-8', 'text/plain; charset=latin1'],
    ['application/json', 'UTF-8', 'application/json'],
    ['text/plain', null, 'text/plain'],
  ])('of %s, with %s to be told, becomes %s', (type, charset, expected) => {
    const headers = new HeaderBlock(['Content-Type', type])
    appendCharset(headers, charset)
    expect(headers.get('content-type')).toBe(expected)
  })
})
