import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Browser,
  chromiumPath,
  INSTALL_CHROMIUM,
  type Seen,
  startBrowser,
  type WebPage,
} from '../browser.ts'
import type { Row } from '../client.ts'
import { serves } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { type Stack, startStack } from '../stack.ts'

interface Listed {
  readonly data: readonly { readonly username: string }[]
  readonly next: string | null
}

const chromium = chromiumPath()
/** The pages that it has, each a list with a form. */
const LISTS = [
  ...['services', 'routes', 'consumers', 'plugins', 'upstreams', 'certificates'],
  ...['ca_certificates', 'snis', 'vaults', 'keys', 'key-sets'],
]

it('the calls of Kong Manager are made from a real browser', (context) => {
  if (chromium !== null) return
  if (process.env.CI) throw new Error(INSTALL_CHROMIUM)
  process.stderr.write(`\nnot tried: the calls of Kong Manager from a real browser: ${INSTALL_CHROMIUM}\n`)
  context.skip(INSTALL_CHROMIUM)
})

describe.skipIf(chromium === null)('Kong Manager', () => {
  let stack: Stack
  let browser: Browser
  beforeAll(async () => {
    stack = await startStack()
    browser = await startBrowser(String(chromium))
  })
  afterAll(async () => {
    await browser?.close()
    await stack?.close()
  })

  describe.each([
    ['on another port', '127.0.0.1', 'adminUrl'],
    ['on another host', 'localhost', 'adminUrl'],
    ['on another host than the Admin API over TLS', 'localhost', 'adminTlsUrl'],
  ] as const)('%s', (_, host, api) => {
    let page: WebPage
    beforeAll(async () => {
      page = await browser.open(browser.origin(host), stack[api])
    })
    afterAll(() => page?.close())

    it('begins with what the node is, and draws its forms from schemas', async () => {
      const { body } = await page.call<{ plugins: { available_on_server: Row } }>('GET', '/')
      expect(body).toMatchObject({ version: expect.stringMatching(/^3\.4/), edition: 'community' })
      const schemas = [...LISTS.map((list) => list.replace('-', '_')), 'keyauth_credentials']
      schemas.push(...Object.keys(body.plugins.available_on_server).map((name) => `plugins/${name}`))
      const drawn = await Promise.all(schemas.map((name) => page.call('GET', `/schemas/${name}`)))
      for (const schema of drawn)
        expect(schema).toMatchObject({ status: 200, body: { fields: expect.any(Array) } })
      expect(drawn.length).toBeGreaterThan(40)
    })

    it('lists what there is of every kind', async () => {
      const lists = await Promise.all(LISTS.map((list) => page.call('GET', `/${list}?sort_desc=1&size=30`)))
      for (const { body } of lists) expect(body).toMatchObject({ data: expect.any(Array), next: null })
    })

    it('makes, finds, changes and removes a service with a route, which nodes serve meanwhile', async () => {
      const name = `made-at-${host}-${api}`
      const form = { name, url: stack.echo, tags: null, client_certificate: null, ca_certificates: null }
      const created = await page.call('POST', '/services', { body: form })
      expect([created.status, created.headers]).toMatchObject([
        201,
        { etag: expect.any(String), 'x-biplane-revision': expect.stringMatching(/^\d+$/) },
      ])
      const refused = await page.call('POST', '/services', { body: form })
      expect([refused.status, refused.body.message]).toEqual([
        409,
        `UNIQUE violation detected on '{name="${name}"}'`,
      ])
      const below = `/services/${created.body.id}/routes`
      const route = await page.call('POST', below, { body: { name, paths: [`/${name}`] } })
      expect(route.status).toBe(201)
      await serves(stack.nodes[0], `/${name}`)

      // It sends the whole entity back, ids and times included.
      const url = `/services/${created.body.id}`
      const { body: whole, headers } = await page.call('GET', url)
      const body = { ...whole, tags: ['by', 'manager'] }
      const stale = await page.call('PATCH', url, { body, headers: { 'if-match': '"another"' } })
      expect(stale.status).toBe(412)
      const changed = await page.call('PATCH', url, { body, headers: { 'if-match': String(headers.etag) } })
      expect(changed).toMatchObject({ status: 200, body: { ...body, updated_at: expect.any(Number) } })
      const put = await page.call('PUT', `/consumers/${name}`, { body: { custom_id: name } })
      expect([put.status, put.body.username]).toEqual([200, name])

      expect((await page.call('DELETE', `/routes/${name}`)).status).toBe(204)
      expect((await page.call('DELETE', url)).status).toBe(204)
      const gone = await page.call('GET', url)
      expect([gone.status, gone.body]).toEqual([404, { message: 'Not found' }])
      await serves(stack.nodes[0], `/${name}`, 404)
      await eventually(() =>
        expect(new Set(page.preflights)).toEqual(new Set(['POST', 'PATCH', 'PUT', 'DELETE'])),
      )
    })

    it('turns the pages of a list', async () => {
      const tag = `turned-at-${host}-${api}`
      const names = Array.from({ length: 7 }, (_, at) => `${tag}-${at}`)
      for (const username of names) await stack.admin.put(`/consumers/${username}`, { tags: [tag] })
      const seen: string[][] = []
      for (let next: string | null = `/consumers?tags=${tag}&sort_desc=1&size=3`; next !== null; ) {
        const { body }: Seen<Listed> = await page.call<Listed>('GET', next)
        seen.push(body.data.map(({ username }) => username))
        next = body.next
      }
      expect(seen.map(({ length }) => length)).toEqual([3, 3, 1])
      expect(seen.flat().toSorted()).toEqual(names)
    })
  })

  it('is the only page that sees anything once admin_gui_url names it', async () => {
    const [manager, stranger] = [browser.origin('localhost'), browser.origin('127.0.0.1')]
    appendFileSync(join(stack.home, 'admin-api.conf'), `admin_gui_url = ${manager}\n`)
    await stack.adminApi.stop()
    await stack.adminApi.start()
    await eventually(() => stack.admin.put('/services/kept', { url: stack.echo }))
    const own = await browser.open(manager, stack.adminUrl)
    expect((await own.call('PATCH', '/services/kept', { body: { retries: 2 } })).status).toBe(200)
    const other = await browser.open(stranger, stack.adminUrl)
    for (const method of ['GET', 'DELETE'])
      await expect(other.call(method, '/services/kept')).rejects.toThrow('Failed to fetch')
    expect(await stack.admin.get('/services/kept')).toMatchObject({ retries: 2 })
  })
})
