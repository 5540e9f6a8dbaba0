import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aFolder, biplane } from '../fixtures/run.ts'

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

describe('biplane token', () => {
  it('shows a token and the entry that it is known by, for people and for programs', async () => {
    const [shown, json] = await Promise.all([
      biplane(['token', 'ci']),
      biplane(['token', 'grafana', '--role', 'read-only', '--json']),
    ])
    const [token = '', , , entry] = shown.stdout.split('\n')
    expect(token).toMatch(/^biplane_[\w-]{43}$/)
    expect(entry).toBe(`ci:write:sha256:${hashOf(token)}`)
    const told = json.json()
    expect(told).toEqual({
      name: 'grafana',
      role: 'read-only',
      token: expect.stringMatching(/^biplane_/),
      entry: `grafana:read-only:sha256:${hashOf(String(told.token))}`,
    })
    expect(told.token).not.toBe(token)
  })

  it('writes it to a file that only its owner reads, and shows the entry alone', async () => {
    const cwd = aFolder()
    const { stdout } = await biplane(['token', 'ci', 'ci.token'], { cwd })
    const token = readFileSync(join(cwd, 'ci.token'), 'utf8').trim()
    expect(stdout).toBe(`ci:write:sha256:${hashOf(token)}\n`)
    expect(statSync(join(cwd, 'ci.token')).mode & 0o777).toBe(0o600)
  })

  it('overwrites nothing', async () => {
    const cwd = aFolder()
    writeFileSync(join(cwd, 'ci.token'), 'mine')
    expect(await biplane(['token', 'ci', 'ci.token'], { cwd })).toMatchObject({ code: 1, stdout: '' })
    expect(readFileSync(join(cwd, 'ci.token'), 'utf8')).toBe('mine')
  })

  it.each([
    ['a name that an entry cannot hold', ['a:b']],
    ['an unknown role', ['ci', '--role', 'root']],
    ['no name', []],
  ])('calls %s wrong usage', async (_what, args) => {
    const cwd = aFolder()
    expect(await biplane(['token', ...args], { cwd })).toMatchObject({ code: 2, stdout: '' })
    expect(existsSync(join(cwd, 'ci.token'))).toBe(false)
  })
})
