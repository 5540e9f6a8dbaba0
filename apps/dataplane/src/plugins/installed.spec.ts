import { pluginHandlers } from '@biplane/plugins/handlers'
import { StartProblem } from '@biplane/service'
import { describe, expect, it } from 'vitest'
import { installedPlugins } from './installed.ts'

describe('the plugins of a node', () => {
  it.each([
    [['bundled'], [...pluginHandlers.keys()]],
    [['request-termination'], ['request-termination']],
    [['off'], []],
  ])('for the setting %j are %j', (names, installed) => {
    expect([...installedPlugins(names, '3.4.0').keys()]).toEqual(installed)
  })

  it('carry the version that the node reports', () => {
    expect(installedPlugins(['key-auth'], '3.4.7').get('key-auth')).toMatchObject({ version: '3.4.7' })
  })

  it.each([
    ['a plugin that nobody knows', 'ghost', "plugins: 'ghost' is not a plugin of this node"],
    [
      'a plugin that it cannot run',
      'pre-function',
      "plugins: 'pre-function' can be configured, but no node of this release can run it",
    ],
  ])('cannot be %s', (_, name, message) => {
    expect(() => installedPlugins([name], '3.4.0')).toThrow(new StartProblem(message))
  })
})
