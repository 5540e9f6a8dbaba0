import { describe, expect, it } from 'vitest'
import { type ErrorTemplates, errorPage } from './error-page.ts'

const BUILT_IN: ErrorTemplates = {
  error_template_html: null,
  error_template_json: null,
  error_template_xml: null,
  error_template_plain: null,
}

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
    ['text/html;q=0.5, application/xml;q=0.5', 'text/html'],
    ['image/png, text/html', 'application/json'],
    ['image/png;q=0.9, text/html', 'text/html'],
    ['application/*;q=0.2, text/*;q=0.3', 'text/plain'],
    ['text/html;q=0', 'application/json'],
    ['text/html;q=0, text/plain;q=0.001', 'text/plain'],
    ['text/html;q=many, text/plain;q=0.9', 'text/html'],
    ['text/html;level=1;q=0.2, text/plain;q=0.3', 'text/plain'],
    ['text/html ; Q=0.8 , text/plain', 'text/plain'],
    ['nonsense, text/html', 'text/html'],
    [', ,text/html', 'text/html'],
  ])('answers Accept %s with %s', (accept, type) => {
    expect(errorPage(accept, 'm', BUILT_IN).contentType).toBe(`${type}; charset=utf-8`)
  })

  it.each([
    ['application/json', '{\n  "message":"no Route matched"\n}'],
    ['text/plain', 'no Route matched\n'],
  ])('%s says exactly what Kong says', (accept, body) => {
    expect(errorPage(accept, 'no Route matched', BUILT_IN).body).toBe(body)
  })

  it('puts no markup of others into a page', () => {
    expect(errorPage('text/html', '<script>', BUILT_IN).body).toContain('&lt;script&gt;')
  })

  it.each([
    ['application/json', '{"error":{"text":"%s"}}', '{"error":{"text":"say \\"a\\" & $& %s"}}'],
    [
      'text/html',
      '<b style="width:50%%; left:10%">%s</b>',
      '<b style="width:50%; left:10%">say "a" &amp; $&amp; %s</b>',
    ],
    ['application/xml', '<m>%s</m>', '<m>say "a" &amp; $&amp; %s</m>'],
    ['text/plain', '! %s', '! say "a" & $& %s'],
  ])('%s looks as the operator has it', (accept, template, body) => {
    const templates: ErrorTemplates = {
      error_template_html: template,
      error_template_json: template,
      error_template_xml: template,
      error_template_plain: template,
    }
    expect(errorPage(accept, 'say "a" & $& %s', templates)).toEqual({
      contentType: `${accept}; charset=utf-8`,
      body,
    })
  })
})
