import { expect, it } from 'vitest'
import { surroundings } from '../fixtures.ts'
import { responseHeaders } from './response-headers.ts'

const reading = { ...surroundings(), prefix: '/', given: true }

it.each<[string, string[]]>([
  ['off', []],
  ['off, via', []],
  ['Via', ['via']],
  ['SERVER_TOKENS, x-kong-upstream-status', ['server', 'via', 'x-kong-upstream-status']],
])('%s', (text, value) => {
  expect(responseHeaders.parse(text, reading)).toEqual({ value: new Set(value) })
})

it.each(['via, off', 'x-powered-by'])('refuses %s', (text) => {
  expect(responseHeaders.parse(text, reading)).toHaveProperty('wrong')
})
