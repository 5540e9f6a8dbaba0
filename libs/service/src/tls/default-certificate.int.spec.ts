import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { defaultCertificate, listenerCertificate } from './default-certificate.ts'

let prefix = ''
beforeEach(async () => {
  prefix = await mkdtemp(join(tmpdir(), 'biplane-tls-'))
  onTestFinished(() => rm(prefix, { recursive: true }))
})

describe('defaultCertificate', () => {
  it('is made for localhost', async () => {
    const certificate = new X509Certificate((await defaultCertificate(prefix, 'kong-default')).cert)
    expect(certificate.checkHost('localhost')).toBe('localhost')
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
  })

  it('is made once and kept', async () => {
    const first = await defaultCertificate(prefix, 'kong-default')
    expect(await defaultCertificate(prefix, 'kong-default')).toEqual(first)
    expect(await defaultCertificate(prefix, 'admin-kong-default')).not.toEqual(first)
  })

  it('keeps its key to its owner', async () => {
    await defaultCertificate(prefix, 'kong-default')
    const { mode } = await stat(join(prefix, 'ssl', 'kong-default.key'))
    expect(mode & 0o777).toBe(0o600)
  })

  it('is made anew when half of it is missing', async () => {
    const first = await defaultCertificate(prefix, 'kong-default')
    await rm(join(prefix, 'ssl', 'kong-default.crt'))
    expect(await defaultCertificate(prefix, 'kong-default')).not.toEqual(first)
  })
})

describe('listenerCertificate', () => {
  it('prefers the pair that was set', async () => {
    const set = { cert: 'c', key: 'k' }
    expect(await listenerCertificate(set, prefix, 'kong-default')).toEqual(set)
  })

  it('falls back on the default', async () => {
    const made = await listenerCertificate({ cert: null, key: null }, prefix, 'kong-default')
    expect(made).toEqual(await defaultCertificate(prefix, 'kong-default'))
  })
})
