import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { aContext } from '../fixtures.ts'
import { loadHandlers } from './load-handlers.ts'
import { namedPlugins } from './named-plugins.ts'

const page = readFileSync(new URL('../../../../docs/how-to.md', import.meta.url), 'utf8')
const [, section = ''] = page.split('## A plugin of your own\n')
const block = (language: string) =>
  new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(section)?.[1] ?? 'no such block'

it('the plugin that the documentation shows is one, and does what it says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'biplane-hello-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const manifest = /package\.json +(\{.*\})/.exec(section)?.[1] ?? ''
  writeFileSync(join(folder, 'package.json'), manifest)
  writeFileSync(join(folder, 'schema.json'), block('json'))
  writeFileSync(join(folder, 'handler.js'), block('js'))
  const named = await namedPlugins([folder], { bundled: new Map(), reserved: new Set(), folder })
  if ('problems' in named) throw new Error(named.problems.join('\n'))
  expect(named.schemas.get('hello')).toMatchObject({ version: '1.0.0', priority: 900 })
  const file = named.custom[0]?.handler ?? ''
  const loaded = await loadHandlers([{ name: 'hello', priority: 900, folder, file }])
  const [plugin] = 'handlers' in loaded ? loaded.handlers : []
  const handler = plugin?.create({ header: 'X-Hello', token: null })
  expect(handler?.access?.(aContext({}))).toEqual({ status: 401, body: { message: 'Who are you?' } })
  const known = aContext({ headers: { 'x-secret': 'word' } })
  expect(handler?.access?.(known)).toBeUndefined()
  expect(known.request.headers.get('x-hello')).toBe('world')
})
