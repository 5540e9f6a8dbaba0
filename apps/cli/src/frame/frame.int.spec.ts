import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { aFolder, BIPLANE, biplane } from '../fixtures/run.ts'

const NO_DATABASE = { KONG_PG_PORT: '1' }

describe('every command', () => {
  it.each([
    ['no command', [], 2],
    ['half a command', ['migrations'], 2],
    ['a command that there is not', ['nodse'], 2],
    ['an option that there is not', ['nodes', '--nope'], 2],
    ['--help', ['nodes', '--help'], 0],
    ['help', ['help', 'migrations'], 0],
    ['--version', ['--version'], 0],
  ])('ends %s with its exit code, and tells errors apart from answers', async (_what, args, code) => {
    const ended = await biplane(args)
    expect(ended).toMatchObject({ code })
    expect(code === 0 ? ended.stderr : ended.stdout).toBe('')
  })

  it('tells what to mend without a stack, and where it failed with --verbose', async () => {
    const brief = await biplane(['migrations', 'status'], { env: NO_DATABASE })
    expect(brief).toMatchObject({ code: 1, stdout: '' })
    expect(brief.stderr).toMatch(/^biplane: database unavailable: .*ECONNREFUSED/)
    expect(brief.stderr).not.toMatch(/\n +at /)
    const verbose = await biplane(['migrations', 'status', '--verbose'], { env: NO_DATABASE })
    expect(verbose.stderr).toMatch(/\n +at [\s\S]*caused by /)
  })

  it.each([
    ['a failure', ['migrations', 'up', '--json'], NO_DATABASE, 1, /ECONNREFUSED/],
    ['wrong usage', ['nodes', '--nope', '--json'], {}, 2, /^unknown option/],
    ['a missing command', ['migrations', '--json'], {}, 2, /^no command is named$/],
    ['wrong settings', ['--json', 'migrations', 'status'], { KONG_PG_PORT: 'x' }, 1, /1 setting is wrong/],
  ])('prints %s as one JSON document on one line', async (_what, args, env, code, message) => {
    const ended = await biplane(args, { env })
    expect(ended.code).toBe(code)
    expect(ended.json()).toEqual({
      error: { message: expect.stringMatching(message), details: expect.any(Array) },
    })
    expect(ended.stdout).toMatch(/^.*\n$/)
  })

  it('takes settings from a file, from variables before that, and tells all that is wrong with them', async () => {
    const file = join(aFolder(), 'b.conf')
    writeFileSync(file, 'pg_port = nonsense\npg_ssl = perhaps\n')
    const { stderr } = await biplane(['migrations', 'status', '-c', file], { env: { KONG_PG_SSL: 'maybe' } })
    expect(stderr).toContain('2 settings are wrong\n')
    expect(stderr).toContain('\n  pg_port = nonsense: ')
    expect(stderr).toContain('\n  pg_ssl = maybe: ')
  })

  it('uses colours only where they are asked for when there is no terminal', async () => {
    const told = async (env: Record<string, string>) =>
      (await biplane(['migrations', 'status'], { env })).stderr
    expect(await told(NO_DATABASE)).not.toContain('\x1b[')
    expect(await told({ ...NO_DATABASE, FORCE_COLOR: '1' })).toContain('\x1b[31m')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends with its code on %s, and says nothing more', async (signal, code) => {
    const ended = await biplane(['migrations', 'up', '--wait', '600'], {
      env: NO_DATABASE,
      onOutput: ({ stderr }, send) => void (stderr.includes('ECONNREFUSED') && send(signal)),
    })
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).not.toContain('biplane:')
  })

  it('ends when nobody reads on', async () => {
    const admin = createServer((_request, response) => response.end('{"data":[],"next":null}')).listen(
      0,
      '127.0.0.1',
    )
    await once(admin, 'listening')
    const address = admin.address()
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    const child = spawn(process.execPath, [BIPLANE, 'nodes', '--watch', '0.1', '--json', '-a', url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.stdout.destroy()
    expect(await once(child, 'exit')).toEqual([141, null])
    admin.close()
  })

  it('says so when its answer has no room', async () => {
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [BIPLANE, '--version'], { stdio: ['ignore', full, 'pipe'] })
    const [stderr, [code]] = await Promise.all([text(child.stderr ?? Readable.from([])), once(child, 'exit')])
    closeSync(full)
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^biplane: the answer cannot be written: ENOSPC/),
    ])
  })

  it('says so when the working directory is gone', async () => {
    const folder = aFolder()
    const command = 'rmdir "$1" && exec "$2" "$3" hybrid gen_cert'
    const args = ['-c', command, 'sh', folder, process.execPath, BIPLANE]
    const child = spawn('sh', args, {
      cwd: folder,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [stderr, [code]] = await Promise.all([text(child.stderr ?? Readable.from([])), once(child, 'exit')])
    expect([code, stderr]).toEqual([1, 'biplane: the working directory is gone: change to another one\n'])
  })
})
