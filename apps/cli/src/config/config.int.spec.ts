import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aFolder, biplane } from '../fixtures/run.ts'

interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body: object
}

/** An Admin API that gives these answers by verb and path, and keeps what it was asked. */
async function anAdminApi(answers: Readonly<Record<string, Answer>>) {
  const asked: { readonly what: string; readonly type: string | undefined; readonly body: string }[] = []
  const server = createServer(async (request, response) => {
    const what = `${request.method} ${request.url}`
    asked.push({ what, type: request.headers['content-type'], body: await text(request) })
    const {
      status = 200,
      headers = {},
      body,
    } = answers[what] ?? { status: 404, body: { message: 'Not found' } }
    response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // a TCP server's address is never a pipe
  return { url: `http://127.0.0.1:${port}`, asked }
}

const DRY = 'POST /config?flatten_errors=1&dry_run=1'
const REAL = 'POST /config?flatten_errors=1'
const row = (kind: string, name: string, more: object = {}) => ({
  kind,
  id: `id of ${name}`,
  entity: { name },
  ...more,
})
const difference = {
  added: [row('services', 'new'), { kind: 'keyauth_credentials', id: '5', entity: { key: 'secret' } }],
  changed: [
    row('services', 'old', {
      fields: [{ field: 'retries', before: 5, after: 'secret' }, { field: 'config.a' }],
    }),
  ],
  removed: [row('routes', 'gone\u001b[2J')],
}
const nothing = { added: [], changed: [], removed: [] }

function aFile(content = '_format_version: "3.0"\n'): string {
  const file = join(aFolder(), 'kong.yaml')
  writeFileSync(file, content)
  return file
}

describe('config parse', () => {
  it('tells what a file holds', async () => {
    const file = aFile(
      '_format_version: "3.0"\nservices:\n- {name: a, host: h.test, routes: [{paths: [/]}]}\n',
    )
    const { code, stdout } = await biplane(['config', 'parse', file])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${file} is a valid config.\n1 services\n1 routes\n`,
    })
    expect((await biplane(['config', 'parse', file, '--json'])).json()).toEqual({
      file,
      entities: { services: 1, routes: 1 },
    })
  })

  it('tells all that is wrong, and where', async () => {
    const file = aFile('_format_version: "3.0"\nservices:\n- name: a\n- {name: b, host: h.test, port: -1}\n')
    const { code, stdout, stderr } = await biplane(['config', 'parse', file])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      [
        `biplane: ${file} is no valid config`,
        "  in 'services':",
        "    - in entry 1 of 'services':",
        "      in 'host': required field missing",
        "    - in entry 2 of 'services':",
        "      in 'port': value should be between 0 and 65535",
        '',
      ].join('\n'),
    )
  })

  it.each([
    ['a: [', 'is no declarative config: 1:5: Flow sequence in block collection must be'],
    ['hello', 'is no declarative config: expected an object'],
  ])('tells what is no document: %s', async (content, message) => {
    const { code, stderr } = await biplane(['config', 'parse', aFile(content)])
    expect(code).toBe(1)
    expect(stderr).toContain(message)
  })

  it('judges by the custom plugins that the settings name, and says why one cannot be loaded', async () => {
    const file = aFile('_format_version: "3.0"\nplugins:\n- {name: mine, config: {size: 11}}\n')
    const plugins_path = aFolder()
    const size = { type: 'integer', between: [1, 10] }
    const schema = {
      name: 'mine',
      version: '1.0.0',
      priority: 1,
      fields: { config: { type: 'record', fields: { size } } },
    }
    writeFileSync(join(plugins_path, 'schema.json'), JSON.stringify(schema))
    const env = { KONG_PLUGINS: 'bundled, ./', KONG_PLUGINS_PATH: plugins_path }
    expect(await biplane(['config', 'parse', file], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("in 'size': value should be between 1 and 10"),
    })
    expect(await biplane(['config', 'parse', file], { env: { KONG_PLUGINS: 'ghost' } })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("'ghost' cannot be loaded: it is none of the bundled"),
    })
  })

  it('tells that there is no file', async () => {
    const { code, stderr } = await biplane(['config', 'parse', '/does/not/exist.yaml'])
    expect(code).toBe(1)
    expect(stderr).toContain('/does/not/exist.yaml cannot be read')
  })
})

describe('config import', () => {
  it('tells what would change, without values and without steering the terminal', async () => {
    const api = await anAdminApi({ [DRY]: { body: difference } })
    const file = aFile()
    const { code, stdout } = await biplane(['config', 'import', '--dry-run', '--admin', api.url, file])
    expect(code).toBe(0)
    expect(stdout).toBe(
      [
        '+ services new',
        '+ keyauth_credentials 5',
        '~ services old: retries, config.a',
        '- routes gone [2J',
        'It would be 2 added, 1 changed, 1 deleted.',
        '',
      ].join('\n'),
    )
    expect(api.asked).toEqual([{ what: DRY, type: 'text/yaml', body: readFileSync(file, 'utf8') }])
  })

  it('imports what it may', async () => {
    const api = await anAdminApi({
      [DRY]: { body: difference },
      [REAL]: { status: 201, headers: { 'x-biplane-revision': '7' }, body: {} },
    })
    const { code, stdout, stderr } = await biplane(['config', 'import', '--yes', '-a', api.url, aFile()])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '2 added, 1 changed, 1 deleted: revision 7.\n' })
    expect(stderr).toContain('- routes gone')
    expect(api.asked.map(({ what }) => what)).toEqual([DRY, REAL])
  })

  it('deletes nothing that nobody was asked about', async () => {
    const api = await anAdminApi({ [DRY]: { body: difference } })
    const { code, stderr } = await biplane(['config', 'import', '-a', api.url, aFile()])
    expect(code).toBe(2)
    expect(stderr).toContain('1 entity would be deleted, and nobody can be asked here: say --yes')
    expect(api.asked).toHaveLength(1)
  })

  it('asks nobody where nothing is deleted', async () => {
    const api = await anAdminApi({
      [DRY]: { body: { ...difference, removed: [] } },
      [REAL]: { status: 201, headers: { 'x-biplane-revision': '8' }, body: {} },
    })
    const { code, stdout } = await biplane(['config', 'import', '-a', api.url, aFile(), '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      imported: true,
      revision: 8,
      added: [{ name: 'new' }, { name: '5' }],
    })
  })

  it('does nothing where nothing differs', async () => {
    const api = await anAdminApi({ [DRY]: { body: nothing } })
    const { code, stdout } = await biplane(['config', 'import', '-a', api.url, aFile()])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Nothing differs.\n' })
  })

  it('tells what the Admin API refuses, entity by entity', async () => {
    const body = {
      code: 14,
      message: 'declarative config is invalid: {bogus="unknown field"}',
      fields: { bogus: 'unknown field' },
      flattened_errors: [
        {
          entity_type: 'service',
          entity_name: 's',
          errors: [
            { type: 'field', field: 'port', message: 'expected an integer' },
            { type: 'entity', message: 'odd' },
          ],
        },
      ],
    }
    const api = await anAdminApi({ [DRY]: { status: 400, body } })
    const { code, stderr } = await biplane(['config', 'import', '-a', api.url, aFile()])
    expect(code).toBe(1)
    for (const line of [
      'nothing was changed',
      'service s: port: expected an integer',
      'service s: odd',
      "in 'bogus': unknown field",
    ])
      expect(stderr).toContain(line)
  })

  it.each([
    ['an Admin API without a config', {}, 'answered 404: Not found'],
    [
      'one that tells something else',
      { [DRY]: { body: { data: [] } } },
      'does not tell what an import would change',
    ],
  ])('fails at %s', async (_, answers, message) => {
    const api = await anAdminApi(answers)
    const { code, stderr } = await biplane(['config', 'import', '-a', api.url, aFile()])
    expect(code).toBe(1)
    expect(stderr).toContain(message)
  })
})

describe('config export', () => {
  const config = '_format_version: "3.0"\n_transform: false\n'

  it('writes a file that nobody else can read', async () => {
    const api = await anAdminApi({ 'GET /config': { body: { config } } })
    const file = join(aFolder(), 'kong.yaml')
    const { code } = await biplane(['config', 'export', '-a', api.url, file])
    expect(code).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe(config)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('overwrites a file only when told to', async () => {
    const api = await anAdminApi({ 'GET /config': { body: { config } } })
    const file = aFile('mine')
    const refused = await biplane(['config', 'export', '-a', api.url, file])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('--force overwrites it')
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect((await biplane(['config', 'export', '-a', api.url, file, '--force'])).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe(config)
  })

  it('writes to standard output what import takes', async () => {
    const api = await anAdminApi({ 'GET /config': { body: { config } } })
    expect((await biplane(['config', 'export', '-a', api.url])).stdout).toBe(config)
  })

  it('leaves nothing behind where it cannot write', async () => {
    const api = await anAdminApi({ 'GET /config': { body: { config } } })
    const { code, stderr } = await biplane([
      'config',
      'export',
      '-a',
      api.url,
      join(aFolder(), 'no', 'such', 'folder'),
    ])
    expect(code).toBe(1)
    expect(stderr).toContain('cannot be written')
  })
})
