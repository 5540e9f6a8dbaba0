import { describe, expect, it } from 'vitest'
import { errorTemplate } from './error-template.ts'

function parse(path: string, files: Readonly<Record<string, string>>) {
  const readFile = (wanted: string): string => {
    const text = files[wanted]
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    return text
  }
  return errorTemplate.parse(path, { readFile, cores: 1, prefix: '/', given: true })
}

describe('a template of error pages', () => {
  it('is the text of the file', () => {
    expect(parse('/page', { '/page': '<p style="width:100%%">%s</p>' })).toEqual({
      value: '<p style="width:100%%">%s</p>',
    })
  })

  it.each([
    ['a file that is not there', '/other', /ENOENT/],
    ['no place for the message', '/none', /one %s/],
    ['two places for it', '/two', /one %s/],
    ['an escaped place', '/escaped', /one %s/],
  ])('is refused for %s', (_why, path, wrong) => {
    const files = { '/none': 'an error', '/two': '%s %s', '/escaped': '%%s' }
    expect(parse(path, files)).toEqual({ wrong: expect.stringMatching(wrong) })
  })
})
