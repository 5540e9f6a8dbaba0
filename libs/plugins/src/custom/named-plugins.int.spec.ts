import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundledPlugins } from '../schemas.ts'
import { loadHandlers } from './load-handlers.ts'
import { namedPlugins } from './named-plugins.ts'

const bundled = bundledPlugins('3.4.0')
let folder = ''

const schema = (name: string, more = {}) =>
  JSON.stringify({ name, priority: 7, fields: [{ config: { type: 'record', fields: [] } }], ...more })
const manifest = (more = {}) => JSON.stringify({ version: '1.0.0', ...more })
/** Executing it would end the test: the control plane must not. */
const UNTOUCHED = 'process.abort()'

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'biplane-plugins-')))
  const files = {
    'node_modules/packaged/package.json': manifest({ version: '2.1.0' }),
    'node_modules/packaged/schema.json': schema('packaged'),
    'node_modules/packaged/handler.js': UNTOUCHED,
    'node_modules/@acme/scoped/package.json': manifest({
      biplane: { schema: 'dist/s.cjs', handler: 'dist/h.cjs' },
    }),
    'node_modules/@acme/scoped/dist/s.cjs': `module.exports = ${schema('scoped')}`,
    'node_modules/@acme/scoped/dist/h.cjs': 'exports.create = () => ({ access() {} })',
    'by-path/schema.mjs': `export default ${schema('by-path', { version: '3.0.0' })}`,
    'by-path/handler.mjs': 'export default { create: ({ fail }) => fail }',
    'schema-only/schema.json': schema('schema-only', { version: '1.0.0' }),
    'twin/schema.json': schema('by-path', { version: '1.0.0' }),
    'impostor/schema.json': schema('key-auth', { version: '1.0.0' }),
    'empty/readme': '',
    'torn/schema.json': '{',
    'throwing/schema.mjs': "throw new RangeError('no luck')",
    'wrong/schema.json': schema('wrong', { priority: 'high' }),
    'unread/package.json': '{',
    'unread/schema.json': schema('unread'),
    'silent/handler.mjs': 'export const make = () => ({})',
    'broken/handler.mjs': "import 'nothing-of-that-name'",
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const reserved = new Set(bundled.keys())
const named = (...names: readonly string[]) => namedPlugins(names, { bundled, reserved, folder })

async function loaded(...names: readonly string[]) {
  const outcome = await named(...names)
  if ('problems' in outcome) throw new Error(outcome.problems.join('\n'))
  return outcome
}

describe('the plugins that are named', () => {
  it.each([
    ['key-auth', 'acl', 'key-auth'],
    ['off', 'key-auth', 'acl'],
  ])('%j, %j and %j are there once, in their order', async (...names) => {
    expect([...(await loaded(...names)).schemas.keys()]).toEqual(['key-auth', 'acl'])
  })

  it('may be all bundled ones and others, by package and by path', async () => {
    const { schemas, custom } = await loaded(
      'bundled',
      'packaged',
      '@acme/scoped',
      './by-path',
      `${folder}/by-path`,
    )
    expect([...schemas.keys()]).toEqual([...bundled.keys(), 'packaged', 'scoped', 'by-path'])
    expect(schemas.get('packaged')).toMatchObject({ version: '2.1.0', priority: 7 })
    expect(schemas.get('by-path')).toMatchObject({ version: '3.0.0' })
    expect(custom.map(({ handler }) => handler)).toEqual([
      join(folder, 'node_modules/packaged/handler.js'),
      join(folder, 'node_modules/@acme/scoped/dist/h.cjs'),
      join(folder, 'by-path/handler.mjs'),
    ])
  })

  it('are found in the folders above, as packages are', async () => {
    mkdirSync(join(folder, 'deep/er'), { recursive: true })
    const outcome = await namedPlugins(['packaged'], { bundled, reserved, folder: join(folder, 'deep/er') })
    expect(outcome).toHaveProperty('custom')
  })

  it('may lack a handler, for those that only configure them', async () => {
    expect((await loaded('./schema-only')).custom).toMatchObject([{ handler: null }])
  })

  it.each([
    [
      'ghost',
      /'ghost' cannot be loaded: it is none of the bundled \(acl, .*zipkin\), and there is no package .*node_modules\/ghost/,
    ],
    ['./ghost', /'.\/ghost' cannot be loaded: .*there is no folder .*\/ghost$/],
    ['a/b/c', /'a\/b\/c' cannot be loaded: it is no name of a package, and a path begins with .\/ or \//],
    ['./empty', /has no schema.json or schema.js$/],
    ['./torn', /torn\/schema.json cannot be loaded: SyntaxError: /],
    ['./throwing', /throwing\/schema.mjs cannot be loaded: RangeError: no luck$/],
    ['./wrong', /wrong\/schema.json: priority: must be a whole number, at least 0$/m],
    ['./unread', /unread\/package.json cannot be read: /],
    ['./impostor', /it calls itself 'key-auth', as a bundled plugin does$/],
  ])('%s is refused, with the place and the cause', async (name, problem) => {
    const outcome = await named('bundled', name)
    expect('problems' in outcome && outcome.problems.join('\n')).toMatch(problem)
  })

  it('may not share a name, and all that is wrong is told at once', async () => {
    const outcome = await named('./by-path', './twin', 'ghost')
    expect('problems' in outcome && outcome.problems).toMatchObject([
      expect.stringMatching(
        /'.\/twin' cannot be loaded: it calls itself 'by-path', as that in .*\/by-path does/,
      ),
      expect.stringMatching(/'ghost'/),
    ])
  })
})

describe('handlers of custom plugins', () => {
  const file = (path: string) => ({ name: 'mine', priority: 1, folder, file: join(folder, path) })

  it('are what their files export', async () => {
    const outcome = await loadHandlers([file('node_modules/@acme/scoped/dist/h.cjs')])
    const [plugin] = 'handlers' in outcome ? outcome.handlers : []
    expect(plugin).toMatchObject({ name: 'mine', priority: 1 })
    expect(plugin?.create({})).toHaveProperty('access')
  })

  it.each([
    ['silent/handler.mjs', /'mine' cannot be loaded: .*silent\/handler.mjs: exports no function 'create'/],
    [
      'broken/handler.mjs',
      /'mine' cannot be loaded: .*broken\/handler.mjs cannot be loaded: .*nothing-of-that-name/,
    ],
  ])('in %s are refused, with the place and the cause', async (path, problem) => {
    const outcome = await loadHandlers([file(path)])
    expect('problems' in outcome && outcome.problems[0]).toMatch(problem)
  })

  it.each([
    [null, 'create returned no handler'],
    [{ access: 1 }, "the phase 'access' of its handler is no function"],
    [{ stream: { log: 1 } }, "the phase 'stream.log' of its handler is no function"],
    [{ stream: 1 }, "'stream' of its handler is not { preread, log }"],
    [
      { needs: { requestBody: {} } },
      "'needs' of its handler is not { requestBody: { limit }, responseBody: { limit } }",
    ],
  ])('that are %j are refused when they are made', async (fail, message) => {
    const outcome = await loadHandlers([file('by-path/handler.mjs')])
    const [plugin] = 'handlers' in outcome ? outcome.handlers : []
    expect(() => plugin?.create({ fail })).toThrow(message)
  })
})
