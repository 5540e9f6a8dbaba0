import { describe, expect, it } from 'vitest'
import { headerNameProblem, nameProblem, tagProblem } from './name.ts'

describe('nameProblem', () => {
  it.each([['a'], ['a-b_c.d~e'], ['ünï'], ['路由'], ['🦍']])('accepts %s', (name) => {
    expect(nameProblem(name)).toBeUndefined()
  })
  it.each([['a b'], ['a/b'], ['a%20'], ['a\tb'], ['a:b']])('refuses %j', (name) => {
    expect(nameProblem(name)).toContain(`invalid value '${name}'`)
  })
})

describe('tagProblem', () => {
  it.each([['a'], ['a b  c'], [' a '], ['corp_ x'], ['🦍1'], ['a:b=c@d'], ['ü']])('accepts %s', (tag) => {
    expect(tagProblem(tag)).toBeUndefined()
  })
  it.each([['a,b'], ['a/b'], ['a\tb'], ['\x7f']])('refuses %j', (tag) => {
    expect(tagProblem(tag)).toContain('invalid tag')
  })

  it('judges a long tag of spaces at once', () => {
    expect(tagProblem(`${'a '.repeat(50_000)},`)).toContain('invalid tag')
  })
})

describe('headerNameProblem', () => {
  it.each([
    ['X-Kong_1', undefined],
    ['a b', expect.any(String)],
    ['ü', expect.any(String)],
  ])('of %s', (name, problem) => {
    expect(headerNameProblem(name)).toEqual(problem)
  })
})
