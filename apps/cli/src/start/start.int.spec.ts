import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aFolder, biplane } from '../fixtures/run.ts'

describe('start', () => {
  it('says so in a line where its folder cannot be used', async () => {
    const file = join(aFolder(), 'file')
    writeFileSync(file, '')
    const { code, stdout, stderr } = await biplane(['start', '--home', file])
    expect([code, stderr]).toEqual([1, ''])
    expect(stdout).toMatch(/^\S+ cannot be used: ENOTDIR: .*\n$/)
  })

  it('tells programs how it ended, and people on standard error', async () => {
    const folder = aFolder()
    writeFileSync(join(folder, 'other'), '')
    const ended = await biplane(['start', '--home', folder, '--json'])
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('holds other things') })
    expect(ended.json()).toEqual({ exit_code: 1 })
  })

  it('takes no settings file, which the apps would not get', async () => {
    const ended = await biplane(['start', '--conf', '/dev/null'])
    expect(ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('KONG_* variables only'),
    })
  })
})
