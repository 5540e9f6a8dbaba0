import type { Entity, JsonObject } from '@biplane/entities'
import type { PluginDefinition } from '@biplane/plugins/handlers'
import type { Change } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { type Compiled, compiler, inOnePiece, noParts, type Parts } from './compile.ts'

const author = new ConfigAuthor()
const put = (kind: string, entity: Entity): Change => ({ op: 'upsert', kind, id: entity.id, entity })
const drop = (kind: string, { id }: Entity): Change => ({ op: 'delete', kind, id })
const vault = (id: string, prefix: string) =>
  put('vaults', { ...author.put('vaults', { prefix: 'mine', name: 'env', config: { prefix } }), id })
const row = author.put('plugins', { name: 'request-termination' })
const keeper = (config: JsonObject) => put('plugins', { ...row, name: 'keeper', config })

/** A node whose plugin keeps the configs that it is made with. */
function aNode(environment: Record<string, string>, create?: PluginDefinition['create']) {
  const made: JsonObject[] = []
  const keep: PluginDefinition['create'] = (config) => {
    made.push(config)
    return {}
  }
  const installed = new Map([['keeper', { name: 'keeper', priority: 1, create: create ?? keep }]])
  const references = {
    keeper: [
      ['config', 'password'],
      ['config', 'list', '*'],
    ],
  }
  const compile = compiler(installed, { environment, prefix: null, references })
  return {
    made,
    compile: (parts: Parts, ...changes: readonly Change[]) => partsOf(compile(parts, changes)),
    refused: (parts: Parts, ...changes: readonly Change[]) => errorsOf(compile(parts, changes)),
  }
}

function partsOf(compiled: Compiled): Parts {
  if (compiled.kind === 'refused') throw new Error(JSON.stringify(compiled.errors))
  return compiled.parts
}

function errorsOf(compiled: Compiled) {
  return compiled.kind === 'refused' ? compiled.errors : []
}

const BOTH = { A_SECRET: 'one', B_SECRET: 'two', LONE: 'three' }
const lone = keeper({
  password: '{vault://env/lone}',
  list: ['x', '{vault://env/a-secret}'],
  other: '{vault://env/lone}',
})
const mine = keeper({ password: '{vault://mine/secret}' })

describe('references to vaults', () => {
  it('are secrets of the node when its plugins are made, in the fields that may hold them', () => {
    const node = aNode(BOTH)
    node.compile(noParts, lone)
    expect(node.made).toEqual([{ password: 'three', list: ['x', 'one'], other: '{vault://env/lone}' }])
  })

  it('that stand for nothing refuse the config, by field and name', () => {
    expect(aNode({}).refused(noParts, lone)).toEqual([
      {
        ...{ kind: 'plugins', id: row.id, field: 'config.password' },
        message:
          '{vault://env/lone} cannot be resolved: this node has no environment variable LONE, or an empty one',
      },
    ])
  })

  it.each([
    ['before', [vault('1', 'a_'), mine]],
    ['after', [mine, vault('1', 'a_')]],
  ])('find a vault that is written %s them in the same revision', (_, changes) => {
    const node = aNode(BOTH)
    node.compile(noParts, ...changes)
    expect(node.made).toEqual([{ password: 'one' }])
  })

  it('stand for something else when their vault changes, or is replaced', () => {
    const node = aNode(BOTH)
    const before = node.compile(noParts, vault('1', 'a_'), mine)
    const after = node.compile(before, vault('1', 'b_'))
    node.compile(after, drop('vaults', { id: '1' }), vault('2', 'a_'))
    expect(node.made.map(({ password }) => password)).toEqual(['one', 'two', 'one'])
    expect(after.plugins).not.toBe(before.plugins)
  })

  it('refuse that their vault goes, unless they go too or no longer need it', () => {
    const node = aNode(BOTH)
    const parts = node.compile(noParts, vault('1', 'a_'), mine)
    const gone = drop('vaults', { id: '1' })
    expect(node.refused(parts, gone)).toMatchObject([
      { id: row.id, message: "{vault://mine/secret} cannot be resolved: there is no vault 'mine'" },
    ])
    expect(node.refused(parts, gone, drop('plugins', row))).toEqual([])
    expect(node.refused(parts, gone, lone)).toEqual([])
    expect(node.refused(node.compile(parts, lone), gone)).toEqual([])
    expect(node.refused(node.compile(parts, drop('plugins', row)), gone)).toEqual([])
  })

  it('are told in the place of secrets when a plugin throws over one', () => {
    const node = aNode(BOTH, ({ password }) => {
      throw new Error(`'${String(password)}' is too short`)
    })
    expect(node.refused(noParts, lone)).toMatchObject([
      { message: "the plugin 'keeper' can do nothing with it: '{vault://env/lone}' is too short" },
    ])
  })
})

describe('what is sent to a worker in one piece', () => {
  const others = [put('services', { id: 's' }), drop('plugins', { id: 'p' })]

  it('is nothing as long as no vault changes', () => {
    const changes = [...others, mine]
    expect(inOnePiece(changes)).toEqual({ piece: [], others: changes })
  })

  it.each([
    ['written', vault('1', 'a_')],
    ['deleted', drop('vaults', { id: '1' })],
  ])('is every plugin that is written with a vault that is %s', (_, changed) => {
    expect(inOnePiece([changed, ...others, mine])).toEqual({ piece: [changed, mine], others })
  })
})

describe('certificates that hold references to vaults', () => {
  const [cert, key] = ['{vault://mine/cert}', '{vault://mine/key}']
  const row = author.put('certificates', { cert, key })
  const other = author.put('certificates', { cert, key: '{vault://env/nothing}' })
  const environment = { A_CERT: 'CERT A', A_KEY: 'KEY A', B_CERT: 'CERT B', B_KEY: 'KEY B' }
  const shown = ({ certificates }: Parts, { id }: Entity) => certificates.pairs.get(id)

  it('are shown with what it holds, whichever of the two is written first, and change with it', () => {
    const node = aNode(environment)
    const first = node.compile(noParts, put('certificates', row), vault('v', 'a_'))
    expect(shown(first, row)).toMatchObject({ cert: 'CERT A', key: 'KEY A', alternative: null })
    const second = node.compile(first, vault('v', 'b_'))
    expect(shown(second, row)).toMatchObject({ cert: 'CERT B', key: 'KEY B' })
    const gone = node.compile(second, { op: 'delete', kind: 'vaults', id: 'v' })
    expect(shown(gone, row)).toBeUndefined()
    const deleted = node.compile(gone, drop('certificates', row), vault('v', 'a_'))
    expect(shown(deleted, row)).toBeUndefined()
  })

  it('are left out where it has nothing for them, and the rest of the config is served', () => {
    const { certificates } = aNode(environment).compile(
      noParts,
      vault('v', 'a_'),
      put('certificates', row),
      put('certificates', other),
    )
    expect([...certificates.pairs.entries()].map(([id]) => id)).toEqual([row.id])
    expect(certificates.unresolved.get(other.id)).toMatch(/no environment variable NOTHING/)
  })
})
