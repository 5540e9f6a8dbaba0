import { StartProblem } from '@biplane/service'
import { expect, it } from 'vitest'
import { chosenPlugins } from './chosen-plugins.ts'

it.each([
  [['bundled'], ['key-auth', 'request-termination']],
  [['request-termination'], ['request-termination']],
  [
    ['key-auth', 'bundled'],
    ['key-auth', 'request-termination'],
  ],
  [['off'], []],
])('the setting %j loads %j', (names, loaded) => {
  expect([...chosenPlugins(names, '3.4.0').keys()]).toEqual(loaded)
})

it('a plugin that is not installed keeps the process from starting, and those that are get named', () => {
  expect(() => chosenPlugins(['ghost'], '3.4.0')).toThrow(StartProblem)
  expect(() => chosenPlugins(['ghost'], '3.4.0')).toThrow(/'ghost' is not installed; there are: key-auth, /)
})
