import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A plugin as somebody writes one without this repository: a folder with plain files. */
export interface WrittenPlugin {
  readonly name: string
  readonly version: string
  /** The fields of its config, in Kong's words. */
  readonly fields?: object
  /** The body of `create(config)`, or all of the module if it begins with `import` or `export`. */
  readonly handler: string
}

/** Writes a plugin into a folder. */
export function writePlugin(folder: string, { name, version, fields = {}, handler }: WrittenPlugin): void {
  mkdirSync(folder, { recursive: true })
  const schema = { name, priority: 900, fields: [{ config: { type: 'record', fields } }] }
  const code = /^(import|export) /.test(handler)
    ? handler
    : `export function create(config) {\n${handler}\n}\n`
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, type: 'module' }))
  writeFileSync(join(folder, 'schema.json'), JSON.stringify(schema))
  writeFileSync(join(folder, 'handler.js'), code)
}

/** Sets a header of the response to a text. */
export const MARK: WrittenPlugin = {
  name: 'mark',
  version: '1.2.0',
  fields: {
    header: { type: 'string', required: true, default: 'X-Mark' },
    value: { type: 'string', required: true, default: 'marked', referenceable: true },
  },
  handler: `  if (config.value === 'explode') throw new Error('it exploded')
  return {
    response(context) {
      context.response.headers.set(config.header, config.value)
    },
  }`,
}

/** Fails in the way that its config says. */
export const FAULTY: WrittenPlugin = {
  name: 'faulty',
  version: '0.1.0',
  fields: { how: { type: 'string', one_of: ['throws', 'rejects', 'answers nonsense', 'strays'] } },
  handler: `  const fail = () => { throw new Error('a bug of mine') }
  const ways = {
    throws: fail,
    rejects: async () => fail(),
    'answers nonsense': () => 42,
    strays: () => { setTimeout(fail, 1); Promise.reject(new Error('another one')) },
  }
  return { access: ways[config.how] }`,
}
