import { bundledPlugins } from '@biplane/plugins'
import { StartProblem } from '@biplane/service'
import { expect, it } from 'vitest'
import { chosenPlugins } from './chosen-plugins.ts'

const bundled = [...bundledPlugins('3.4.0').keys()]

it.each([
  [['request-termination'], ['request-termination']],
  [
    ['request-termination', 'acl'],
    ['request-termination', 'acl'],
  ],
  [['off'], []],
])('the setting %j loads %j', (names, loaded) => {
  expect([...chosenPlugins(names, '3.4.0').keys()]).toEqual(loaded)
})

it.each([[['bundled']], [['bundled', 'acl', 'bundled']]])(
  'the setting %j loads every plugin once',
  (names) => {
    expect([...chosenPlugins(names, '3.4.0').keys()]).toEqual(bundled)
    expect(bundled).toHaveLength(37)
  },
)

it('a plugin that is not installed keeps the process from starting, and those that are get named', () => {
  expect(() => chosenPlugins(['ghost'], '3.4.0')).toThrow(StartProblem)
  expect(() => chosenPlugins(['ghost'], '3.4.0')).toThrow(/'ghost' is not installed; there are: acl, acme, /)
})
