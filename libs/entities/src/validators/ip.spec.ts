import { describe, expect, it } from 'vitest'
import { ipOrCidrProblem, ipProblem } from './ip.ts'

describe('ipOrCidrProblem', () => {
  it.each([['1.2.3.4'], ['10.0.0.0/8'], ['0.0.0.0/0'], ['1.2.3.4/32'], ['::1'], ['fe80::/10'], ['::/128']])(
    'accepts %s',
    (text) => {
      expect(ipOrCidrProblem(text)).toBeUndefined()
    },
  )
  it.each([
    ['999.1.1.1'],
    ['1.2.3'],
    ['10.0.0.0/33'],
    ['::/129'],
    ['10.0.0.0/'],
    ['10.0.0.0/8/8'],
    ['h.test'],
    [''],
  ])('refuses %j', (text) => {
    expect(ipOrCidrProblem(text)).toBe(`invalid ip or cidr range: '${text}'`)
  })
})

describe('ipProblem', () => {
  it.each([
    ['1.2.3.4', undefined],
    ['::1', undefined],
    ['10.0.0.0/8', 'not an ip address: 10.0.0.0/8'],
  ])('of %s is %s', (text, problem) => {
    expect(ipProblem(text)).toBe(problem)
  })
})
