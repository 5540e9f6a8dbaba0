import { beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../backend.ts'
import { aBackend, useDatabases } from '../fixtures/admin.ts'
import { aCertificate, ask, listening } from '../fixtures/listening.ts'

const databases = useDatabases()
let backend: Backend
beforeAll(async () => {
  backend = aBackend(await databases.migrated())
})

const deploy = await aCertificate('deploy')
const settings = {
  admin_client_verify: 'on',
  admin_client_ca: deploy.cert,
  admin_client_roles: 'deploy:write',
}

describe('what the process asks itself, for a caller with a certificate', () => {
  it('is each item of a transaction', async () => {
    const { url } = await listening(settings, backend)
    const items = [
      { method: 'PUT', path: '/services/shop', body: { host: 'shop.internal' } },
      { method: 'PATCH', path: '/services/shop', body: { retries: 2 }, headers: { 'If-Match': '*' } },
    ]
    expect(await ask(`${url}/transactions`, { ...deploy, method: 'POST' }, items)).toMatchObject({
      status: 200,
      body: { results: [{ status: 200 }, { status: 200, body: { retries: 2 } }] },
    })
  })

  it('is the tag that a condition is about', async () => {
    const { url } = await listening(settings, backend)
    const made = await ask(`${url}/services/one`, { ...deploy, method: 'PUT' }, { host: 'one.internal' })
    const headers = { 'if-match': String(made.headers.etag) }
    const patch = (): ReturnType<typeof ask> =>
      ask(`${url}/services/one`, { ...deploy, method: 'PATCH', headers }, { retries: 3 })
    expect([(await patch()).status, (await patch()).status]).toEqual([200, 412])
  })
})
