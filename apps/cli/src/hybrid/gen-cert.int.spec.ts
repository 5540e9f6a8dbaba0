import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aFolder, biplane } from '../fixtures/run.ts'

const DAY_MS = 86_400_000

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

describe('hybrid gen_cert', () => {
  it('makes a pair as Kong does, in the working directory', async () => {
    const cwd = aFolder()
    const ended = await biplane(['hybrid', 'gen_cert'], { cwd })
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('./cluster.crt') })
    const certificate = new X509Certificate(read(cwd, 'cluster.crt'))
    expect([certificate.subject, certificate.issuer]).toEqual(['CN=kong_clustering', 'CN=kong_clustering'])
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('secp384r1')
    expect(certificate.checkPrivateKey(createPrivateKey(read(cwd, 'cluster.key')))).toBe(true)
    const modes = ['cluster.crt', 'cluster.key'].map((name) => statSync(join(cwd, name)).mode & 0o777)
    expect(modes).toEqual([0o644, 0o600])
    const days = (certificate.validToDate.getTime() - Date.now()) / DAY_MS
    expect(days).toBeCloseTo(1095, 1)
  })

  it('names files and days as it is told, and tells programs about them', async () => {
    const cwd = aFolder()
    const ended = await biplane(['hybrid', 'gen_cert', '-d', '3', 'feed.crt', 'feed.key', '--json'], { cwd })
    expect(ended.json()).toEqual({
      cert: join(cwd, 'feed.crt'),
      key: join(cwd, 'feed.key'),
      valid_until: expect.any(String),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect((Date.parse(String(ended.json().valid_until)) - Date.now()) / DAY_MS).toBeCloseTo(3, 1)
  })

  it.each(['cluster.crt', 'cluster.key'])('overwrites no %s, and makes nothing beside it', async (name) => {
    const cwd = aFolder()
    writeFileSync(join(cwd, name), 'mine')
    const ended = await biplane(['hybrid', 'gen_cert'], { cwd })
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`./${name} exists`) })
    expect(readdirSync(cwd)).toEqual([name])
    expect(read(cwd, name)).toBe('mine')
  })

  it.each([
    ['the certificate', 'nowhere/a.crt', 'a.key'],
    ['the key', 'a.crt', 'nowhere/a.key'],
  ])('leaves no half of a pair where %s cannot be written', async (_what, cert, key) => {
    const cwd = aFolder()
    const ended = await biplane(['hybrid', 'gen_cert', cert, key], { cwd })
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was written') })
    expect(readdirSync(cwd)).toEqual([])
  })

  it.each([
    ['one file alone', ['a.crt']],
    ['the same file twice', ['a', './a']],
    ['three files', ['a', 'b', 'c']],
    ['no day at all', ['--days', '0']],
  ])('calls %s wrong usage', async (_what, args) => {
    const cwd = aFolder()
    expect(await biplane(['hybrid', 'gen_cert', ...args], { cwd })).toMatchObject({ code: 2, stdout: '' })
    expect(readdirSync(cwd)).toEqual([])
  })

  it('follows no link to a file that is not there', async () => {
    const cwd = aFolder()
    symlinkSync(join(cwd, 'elsewhere'), join(cwd, 'cluster.crt'))
    expect(await biplane(['hybrid', 'gen_cert'], { cwd })).toMatchObject({ code: 1 })
    expect(existsSync(join(cwd, 'elsewhere')) || existsSync(join(cwd, 'cluster.key'))).toBe(false)
  })
})
