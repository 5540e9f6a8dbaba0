import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { REPOSITORY } from './app-process.ts'
import { copyPackages, packageClosure } from './package-closure.ts'

const CONFIG_STORE = join(REPOSITORY, 'libs', 'config-store')

it('finds what lmdb needs on this platform and nothing of other platforms', () => {
  const names = [...packageClosure('lmdb', CONFIG_STORE).keys()]
  expect(names).toEqual(expect.arrayContaining(['lmdb', 'msgpackr', 'ordered-binary']))
  expect(names.filter((name) => name.startsWith('@lmdb/'))).toHaveLength(1)
})

it('copies it so that the package works from there alone', () => {
  const target = mkdtempSync(join(tmpdir(), 'biplane-closure-'))
  onTestFinished(() => rmSync(target, { recursive: true, force: true }))
  copyPackages(['lmdb'], CONFIG_STORE, target)
  const { open } = createRequire(join(target, 'package.json'))('lmdb')
  const database = open({ path: join(target, 'data') })
  database.putSync('key', 'value')
  expect(database.get('key')).toBe('value')
  expect(fileNames(join(target, 'node_modules', 'lmdb'))).toEqual(
    expect.arrayContaining(['LICENSE', 'package.json']),
  )
  const files = fileNames(target)
  expect(files.filter((name) => /\.(cpp|h|map)$/.test(name))).toEqual([])
  // One for each package that has binaries.
  expect(files.filter((name) => name.endsWith('.node')).length).toBeLessThanOrEqual(2)
  return database.close()
})

function fileNames(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map(({ name }) => name)
}
