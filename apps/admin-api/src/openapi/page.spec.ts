import { openDatabase } from '@biplane/database'
import { describe, expect, it } from 'vitest'
import { anAdmin, log, registry } from '../fixtures/admin.ts'

/** Nothing is asked for that needs it. */
const nowhere = { host: 'database.test', port: 1, user: 'u', password: '', database: 'd', schema: 's' }
const settings = { ...nowhere, tls: false, timeout: 1000, poolSize: 1 } as const
const app = anAdmin(openDatabase({ settings, registry, log }), { condition: { unprepared: 'not yet' } })

describe('the page', () => {
  it('is given before there is a database, with leave to load from this server alone', async () => {
    const { statusCode, headers } = await app.inject('/openapi')
    expect(statusCode).toBe(200)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'/,
    )
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('names nothing elsewhere, and all that it is made of is here', async () => {
    const asked = new Set(['/openapi'])
    for (const path of asked) {
      const { statusCode, body } = await app.inject(path)
      expect([path, statusCode]).toEqual([path, 200])
      expect(body).not.toMatch(/https?:\/\//)
      const named = [...body.matchAll(/(?:href|src)="(\/[^"]*)"|from '\.\/([^']+)'/g)]
      for (const [, absolute, beside] of named) {
        const next = absolute ?? `/openapi/${beside}`
        if (next !== '/openapi.json') asked.add(next)
      }
    }
    expect([...asked].toSorted()).toEqual([
      '/openapi',
      '/openapi/elements.js',
      '/openapi/page.css',
      '/openapi/page.js',
      '/openapi/schema.js',
      '/openapi/send.js',
    ])
  })

  it.each(['nothing.js', '..%2fpage.ts', 'page'])('is not made of %s', async (name) => {
    expect((await app.inject(`/openapi/${name}`)).statusCode).toBe(404)
  })
})
