import { expect, it } from 'vitest'
import { slowPatternProblem } from './pattern-problem.ts'

it('names the pattern, the part at fault, a text that proves it, and a way out', () => {
  expect(slowPatternProblem('/x/(a+)+$')).toBe(
    "the regex '/x/(a+)+$' takes exponential time: '(a+)+' matches one text in many ways, and all of them are tried for " +
      `'/x/${'a'.repeat(31)}!'. Let each text match in one way only: repeat once ('a+' instead of '(a+)+'), and begin ` +
      'alternatives differently',
  )
})

it('tells who wrote possessive quantifiers that they do not help here', () => {
  expect(slowPatternProblem('^(a++)+$')).toContain('possessive quantifiers')
})

it('judges a pattern by what has to match it', () => {
  expect(slowPatternProblem('https://(a+)+')).toBeUndefined()
  expect(slowPatternProblem('https://(a+)+', 'whole')).toContain("'(a+)+'")
  expect(slowPatternProblem('(?i)https://(a|A)+', 'whole')).toContain("'(a|A)+'")
})
