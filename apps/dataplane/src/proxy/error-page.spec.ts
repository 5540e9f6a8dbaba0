import { describe, expect, it } from 'vitest'
import { errorPage } from './error-page.ts'

describe('errorPage', () => {
  it.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['image/png', 'application/json'],
    ['TEXT/HTML', 'text/html'],
    ['text/*', 'text/plain'],
    ['application/xml', 'application/xml'],
    ['text/plain;q=0.5, text/html', 'text/html'],
    ['text/html;q=0.5, application/xml;q=0.9, */*;q=0.1', 'application/xml'],
    ['text/html, application/xml', 'text/html'],
  ])('answers Accept %s with %s', (accept, type) => {
    expect(errorPage(accept, 'm').contentType).toBe(`${type}; charset=utf-8`)
  })

  it.each([
    ['application/json', '{\n  "message":"no Route matched"\n}'],
    ['text/plain', 'no Route matched\n'],
  ])('%s says exactly what Kong says', (accept, body) => {
    expect(errorPage(accept, 'no Route matched').body).toBe(body)
  })

  it('puts no markup of others into a page', () => {
    expect(errorPage('text/html', '<script>').body).toContain('&lt;script&gt;')
  })
})
