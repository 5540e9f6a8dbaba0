import { describe, expect, it } from 'vitest'
import { parseTemplate, type TemplateValues, templateProblem } from './template.ts'

const values: TemplateValues = (namespace, name) =>
  new Map([
    ['headers x-a', 'A'],
    ['headers host', 'h.test'],
    ['query_params q', 'Q'],
    ['query_params', ''],
    ['uri_captures 1', 'one'],
    ['uri_captures user', 'ann'],
    ['shared s', 'S'],
    ['headers empty', ''],
    ['headers a"b', 'quoted'],
  ]).get(`${namespace} ${name}`)

describe('a template', () => {
  it.each([
    ['', ''],
    ['plain', 'plain'],
    ['$', '$'],
    ['$(headers.host', '$(headers.host'],
    ['(headers.host)', '(headers.host)'],
    ['$(headers.host)', 'h.test'],
    ['/$(uri_captures[1])/$(uri_captures["user"])/x', '/one/ann/x'],
    ["$(headers['x-a'])$(query_params.q)", 'AQ'],
    ['$( headers[ "x-a" ] )', 'A'],
    ['$(shared.s)', 'S'],
    ['$(headers["none"])', ''],
    ['$(headers["none"] or "else")', 'else'],
    ['$(headers.none or query_params.none or "x" or "y")', 'x'],
    ['$(headers["x-a"] or "else")', 'A'],
    ['$(headers["empty"] or "else")', ''],
    ['$(headers.orange or "or")', 'or'],
    [String.raw`$(headers["a\"b"])`, 'quoted'],
    ['$("a)b")', 'a)b'],
    ['$(headers.host) costs 1$ (or 2)', 'h.test costs 1$ (or 2)'],
  ])('%j becomes %j', (template, expected) => {
    expect(parseTemplate(template).render(values)).toBe(expected)
  })

  it('is bytes', () => {
    expect(parseTemplate('ü$("ö")').render(values)).toBe(Buffer.from('üö').toString('latin1'))
  })

  it.each([
    ['plain', 'plain'],
    ['ü', Buffer.from('ü').toString('latin1')],
    ['$(headers.a)', null],
  ])('%j is %j for all requests', (template, constant) => {
    expect(parseTemplate(template).constant).toBe(constant)
  })

  it.each([
    '$()',
    '$(headers)',
    '$(os.execute("rm"))',
    '$(headers.a .. "b")',
    '$(headers.a and "b")',
    '$(function() return 1 end)()',
    '$(headers.a or)',
    '$(headers.a orheaders.b)',
    '$(headers["a)',
    '$(headers.a.b)',
    '$(uri_captures[-1])',
    '$(5)',
  ])('%j is refused, and nothing is evaluated', (template) => {
    expect(templateProblem(`x${template}`)).toContain('is not supported')
    expect(() => parseTemplate(template)).toThrow(SyntaxError)
  })
})
