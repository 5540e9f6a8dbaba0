import { expect, it } from 'vitest'
import { givenPath } from './path.ts'

it.each(['.', 'a b', ' x', '/'])('"%s" is a path', (text) => {
  expect(givenPath(text)).toBe(text)
})

it.each(['', '  '])('"%s" is none', (text) => {
  expect(() => givenPath(text)).toThrow('Name a file or a folder.')
})
