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
])('the setting %j loads %j', async (names, loaded) => {
  expect([...(await chosenPlugins(names, '/', '3.4.0')).keys()]).toEqual(loaded)
})

it.each([[['bundled']], [['bundled', 'acl', 'bundled']]])(
  'the setting %j loads every plugin once',
  async (names) => {
    expect([...(await chosenPlugins(names, '/', '3.4.0')).keys()]).toEqual(bundled)
    expect(bundled).toHaveLength(37)
  },
)

it('a plugin that is not installed keeps the process from starting, and those that are get named', async () => {
  const chosen = chosenPlugins(['ghost'], '/', '3.4.0')
  await expect(chosen).rejects.toThrow(StartProblem)
  await expect(chosen).rejects.toThrow(
    /^plugins: 'ghost' cannot be loaded: it is none of the bundled \(acl, acme, .*\), and there is no package \/node_modules\/ghost$/,
  )
})
