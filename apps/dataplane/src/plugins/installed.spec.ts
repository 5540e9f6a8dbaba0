import { pluginHandlers } from '@biplane/plugins/handlers'
import { StartProblem } from '@biplane/service'
import { describe, expect, it } from 'vitest'
import { installedPlugins } from './installed.ts'

describe('the plugins of a node', () => {
  it.each([
    [['bundled'], [...pluginHandlers.keys()]],
    [['request-termination'], ['request-termination']],
    [['off'], []],
  ])('for the setting %j are %j', async (names, installed) => {
    const { schemas, handlers } = await installedPlugins(names, '/', '3.4.0')
    expect([...schemas.keys()]).toEqual(installed)
    expect(handlers).toEqual([])
  })

  it('carry the version that the node reports', async () => {
    const { schemas } = await installedPlugins(['key-auth'], '/', '3.4.7')
    expect(schemas.get('key-auth')).toMatchObject({ version: '3.4.7' })
  })

  it.each([
    [
      'a plugin that nobody knows',
      'ghost',
      `plugins: 'ghost' cannot be loaded: it is none of the bundled (${[...pluginHandlers.keys()].join(', ')}), and there is no package /node_modules/ghost`,
    ],
    [
      'a plugin that it cannot run',
      'pre-function',
      "plugins: 'pre-function' can be configured, but no node of this release can run it",
    ],
  ])('cannot be %s', async (_, name, message) => {
    await expect(installedPlugins([name], '/', '3.4.0')).rejects.toThrow(new StartProblem(message))
  })
})
