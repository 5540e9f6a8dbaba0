import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { biplane } from '../biplane.ts'
import { type Answer, send } from '../client.ts'
import { eventually } from '../eventually.ts'
import { type Stack, startStack } from '../stack.ts'

const FIRST = 'token-of-ci'

const entryOf = (name: string, role: string, token: string): string =>
  `${name}:${role}:sha256:${createHash('sha256').update(token).digest('hex')}`

/** An admin-api that asks for tokens, in front of a cluster that knows nothing of them. */
describe('tokens of the Admin API', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ adminSettings: { admin_tokens: entryOf('ci', 'write', FIRST) } })
  })
  afterAll(() => stack?.close())

  const ask = (token: string, path: string, init: RequestInit = {}): Promise<Answer> =>
    send(`${stack.adminUrl}${path}`, { ...init, headers: { 'kong-admin-token': token } })
  const nodes = (token: string, ...more: string[]) =>
    biplane(['nodes', '--admin', stack.adminUrl, ...more], { BIPLANE_ADMIN_TOKEN: token })

  it('are asked of the command line, which takes them from environment, file and option', async () => {
    const refused = await nodes('')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/answered 401: a token is needed.*\n.*BIPLANE_ADMIN_TOKEN/)
    const wrong = await nodes('token-of-nobody', '--json', '--verbose')
    expect(wrong.code).toBe(1)
    expect(wrong.stdout + wrong.stderr).not.toContain('token-of-nobody')
    const file = join(stack.home, 'ci.token')
    writeFileSync(file, `${FIRST}\n`)
    const right = await Promise.all([
      nodes(FIRST, '--wait-for', 'in_sync', '--at-least', '2'),
      nodes('', '--token-file', file),
      nodes('', '--token', FIRST, '--json'),
    ])
    expect(right.map(({ code }) => code)).toEqual([0, 0, 0])
    expect(right.map(({ stdout, stderr }) => stdout + stderr).join()).not.toContain(FIRST)
  })

  it('import and export a config, and let the doctor look', async () => {
    const file = join(stack.home, 'kong.yaml')
    const [env, at] = [{ BIPLANE_ADMIN_TOKEN: FIRST }, ['--admin', stack.adminUrl]]
    writeFileSync(file, `_format_version: "3.0"\nservices: [{ name: kept, url: "${stack.echo}" }]\n`)
    expect(await biplane(['config', 'import', '--yes', ...at, file], env)).toMatchObject({ code: 0 })
    const exported = await biplane(['config', 'export', ...at], env)
    expect(exported).toMatchObject({ code: 0, stdout: expect.stringContaining('name: kept') })
    expect(await nodes(FIRST, '--wait-for', 'in_sync', '--at-least', '2')).toMatchObject({ code: 0 })
    const settings = { ...env, KONG_CONF: join(stack.home, 'admin-api.conf') }
    const told = await biplane(['doctor', '--app', 'admin-api'], settings)
    expect(told.stdout).toContain('2 in_sync')
    expect(told.stdout + told.stderr).not.toContain(FIRST)
    const blind = await biplane(['doctor', '--app', 'admin-api'], { KONG_CONF: settings.KONG_CONF })
    expect(blind.stdout).toContain('a token is needed')
  })

  it('are made by the command line, and replaced while the admin-api runs', async () => {
    const made = await biplane(['token', 'ci', '--json'])
    const { token, entry } = JSON.parse(made.stdout)
    expect((await ask(token, '/services')).status).toBe(401)
    rewriteTokens([entryOf('ci', 'write', FIRST), entry])
    await eventually(async () => expect((await ask(token, '/services')).status).toBe(200), 60_000)
    expect((await ask(FIRST, '/services')).status).toBe(200)
    rewriteTokens([entry])
    await eventually(async () => expect((await ask(FIRST, '/services')).status).toBe(401), 60_000)
    rewriteTokens([])
    await eventually(() => expect(stack.adminApi.log()).toContain('which takes a restart'), 60_000)
    expect((await send(`${stack.adminUrl}/services`)).status).toBe(401)
    expect((await ask(token, '/services')).status).toBe(200)
  })

  it('are nowhere in the log of the admin-api, nor in what it tells of itself', async () => {
    const second = await biplane(['token', 'second', '--json'])
    const { token, entry } = JSON.parse(second.stdout)
    rewriteTokens([entry])
    await eventually(async () => expect((await ask(token, '/')).status).toBe(200), 60_000)
    const { configuration } = (await ask(token, '/')).json<{ configuration: { admin_tokens: unknown } }>()
    expect(configuration.admin_tokens).toBe('******')
    for (const secret of [FIRST, token, 'sha256:']) expect(stack.adminApi.log()).not.toContain(secret)
  })

  function rewriteTokens(entries: readonly string[]): void {
    const file = join(stack.home, 'admin-api.conf')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(/^admin_tokens = .*$/m, `admin_tokens = ${entries.join(', ')}`))
  }
})
