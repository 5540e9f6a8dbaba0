import { expect, it } from 'vitest'
import { surroundings } from '../fixtures.ts'
import { charset } from './charset.ts'

const reading = { ...surroundings({}, 3), prefix: '/', given: true }

it.each([
  ['off', null],
  ['UTF-8', 'UTF-8'],
  ['iso-8859-1', 'iso-8859-1'],
])('%s', (text, value) => expect(charset.parse(text, reading)).toEqual({ value }))

// It becomes part of a header.
it.each(['a b', 'a;b', 'a\r\nb', '"a"'])('refuses %j', (text) => {
  expect(charset.parse(text, reading)).toHaveProperty('wrong')
})
