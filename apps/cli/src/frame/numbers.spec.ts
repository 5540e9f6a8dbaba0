import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { seconds, wholeNumber } from './numbers.ts'

describe('wholeNumber', () => {
  const oneToTen = wholeNumber({ min: 1, max: 10 })

  it.each([
    ['1', 1],
    ['10', 10],
    ['007', 7],
  ])('takes %s', (text, value) => {
    expect(oneToTen(text)).toBe(value)
  })

  it.each(['0', '11', '-1', '1.5', '1e1', '', ' 1', 'x', '99999999999999999'])('refuses "%s"', (text) => {
    expect(() => oneToTen(text)).toThrow(new InvalidArgumentError('Give a whole number from 1 to 10.'))
  })

  it('says what is enough where nothing is too much', () => {
    expect(() => wholeNumber({ min: 2 })('1')).toThrow('Give a whole number of at least 2.')
  })
})

describe('seconds', () => {
  it.each([
    ['0.1', 0.1],
    ['60', 60],
    ['1.250', 1.25],
  ])('takes %s', (text, value) => {
    expect(seconds({ min: 0.1 })(text)).toBe(value)
  })

  it.each(['0', '.5', '1s', '-1', '', 'Infinity'])('refuses "%s"', (text) => {
    expect(() => seconds({ min: 0.1 })(text)).toThrow('Give a number of seconds of at least 0.1.')
  })
})
