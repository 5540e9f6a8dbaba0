import type { Vault } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { secretOf } from './secret.ts'

const author = new ConfigAuthor()
const aVault = (prefix: string, config: { prefix?: string } = {}) =>
  author.put('vaults', { prefix, name: 'env', config }) as Vault // made by the definition of vaults
const vaults = [aVault('mine', { prefix: 'my-' }), aVault('plain')]
const environment = {
  SECRET: 'one',
  SECRET_PREVIOUS: 'an older one',
  MY_SECRET: 'two',
  MY_LONG_NAME: 'three',
  OTHER_SECRET: 'four',
  PAIR: '{"key":"five","number":6,"empty":""}',
  LIST: '["key"]',
  EMPTY: '',
}
const env = { environment, prefix: null }

describe('a reference', () => {
  it.each([
    ['{vault://env/secret}', 'one'],
    ['{vault://env/SECRET}', 'one'],
    ['{vault://env/secret#1}', 'one'],
    ['{vault://env/secret#2}', 'an older one'],
    ['{vault://env/my-long-name}', 'three'],
    ['{vault://env/secret?prefix=other_}', 'four'],
    ['{vault://mine/secret}', 'two'],
    ['{vault://mine/long_name}', 'three'],
    ['{vault://mine/secret?prefix=OTHER-}', 'four'],
    ['{vault://plain/secret}', 'one'],
    ['{vault://env/pair/key}', 'five'],
  ])('such as %s stands for %s', (reference, secret) => {
    expect(secretOf(reference, vaults, env)).toEqual({ secret })
  })

  it('begins with the prefix of the settings, where it names no vault and none itself', () => {
    const prefixed = { environment, prefix: 'my_' }
    expect(secretOf('{vault://env/secret}', vaults, prefixed)).toEqual({ secret: 'two' })
    expect(secretOf('{vault://env/secret?prefix=}', vaults, prefixed)).toEqual({ secret: 'one' })
    expect(secretOf('{vault://plain/secret}', vaults, prefixed)).toEqual({ secret: 'one' })
  })

  it('means the later of two vaults of one prefix, of which one is about to go', () => {
    const both = [...vaults, aVault('mine', { prefix: 'other_' })]
    expect(secretOf('{vault://mine/secret}', both, env)).toEqual({ secret: 'four' })
  })

  it.each([
    ['{vault://env/}', 'it names no secret'],
    ['{vault://ghost/secret}', "there is no vault 'ghost'"],
    ['{vault://env/unset}', 'this node has no environment variable UNSET, or an empty one'],
    ['{vault://env/empty}', 'this node has no environment variable EMPTY, or an empty one'],
    ['{vault://env/__proto__}', 'this node has no environment variable __PROTO__, or an empty one'],
    ['{vault://env/secret/key}', 'the environment variable SECRET is no JSON object'],
    ['{vault://env/list/0}', 'the environment variable LIST is no JSON object'],
    ['{vault://env/pair/other}', "the JSON object in the environment variable PAIR has no text 'other'"],
    ['{vault://env/pair/number}', "the JSON object in the environment variable PAIR has no text 'number'"],
    ['{vault://env/pair/empty}', "the JSON object in the environment variable PAIR has no text 'empty'"],
  ])('such as %s stands for nothing: %s', (reference, problem) => {
    expect(secretOf(reference, vaults, env)).toEqual({ problem })
  })
})
