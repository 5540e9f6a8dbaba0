import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { emptyHome, isForeign, markHome } from './home.ts'

describe('the folder of a local cluster', () => {
  const root = mkdtempSync(join(tmpdir(), 'biplane-home-'))
  const home = join(root, 'home')
  afterEach(() => rmSync(home, { recursive: true, force: true }))
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  it('may be missing, empty, or one made before', () => {
    expect(isForeign(home)).toBe(false)
    mkdirSync(home)
    expect(isForeign(home)).toBe(false)
    markHome(home)
    writeFileSync(join(home, 'admin-api.conf'), '')
    expect(isForeign(home)).toBe(false)
  })

  it('is foreign when it holds things and no mark', () => {
    mkdirSync(home)
    writeFileSync(join(home, 'letters.txt'), 'mine')
    expect(isForeign(home)).toBe(true)
  })

  it('is emptied but for the mark and the records of this run', () => {
    markHome(home)
    for (const name of ['run', 'logs', 'certs', 'postgres']) mkdirSync(join(home, name))
    emptyHome(home)
    expect(readdirSync(home).sort()).toEqual(['made-by-npm-start', 'run'])
  })

  it('loses a link to a folder of somebody else, never that folder', () => {
    const theirs = join(root, 'theirs')
    mkdirSync(theirs)
    writeFileSync(join(theirs, 'PG_VERSION'), '18')
    markHome(home)
    symlinkSync(theirs, join(home, 'postgres'))
    emptyHome(home)
    expect(existsSync(join(home, 'postgres'))).toBe(false)
    expect(existsSync(join(theirs, 'PG_VERSION'))).toBe(true)
  })
})
