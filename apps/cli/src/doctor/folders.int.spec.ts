import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateClusterPair } from '@biplane/service'
import { describe, expect, it } from 'vitest'
import { aFolder } from '../fixtures/run.ts'
import { anInstallation, found, told } from './fixtures.ts'
import { folders } from './folders.ts'

const { cert } = await generateClusterPair()

describe('the prefix', () => {
  const look = (prefix: string) => found(folders, anInstallation('admin-api', { prefix }))

  it('is well when it may be written', async () => {
    expect(await look(aFolder())).toEqual([told('ok', 'prefix /', 'may be written')])
  })

  it('is well when it can be made', async () => {
    const folder = aFolder()
    expect(await look(join(folder, 'a', 'b'))).toEqual([told('ok', 'a/b', `will be made in ${folder}`)])
  })

  it('is no file, nor below one', async () => {
    const file = join(aFolder(), 'file')
    writeFileSync(file, '')
    expect(await look(file)).toEqual([expect.objectContaining(told('problem', file, 'is no folder'))])
    expect(await look(join(file, 'prefix'))).toEqual([
      expect.objectContaining(told('problem', file, `${file} is no folder`)),
    ])
  })

  it('is no link to what is not there, such as a volume that is not mounted, nor below one', async () => {
    const [folder, link] = [aFolder(), join(aFolder(), 'link')]
    symlinkSync(join(folder, 'nowhere'), link)
    for (const prefix of [link, join(link, 'a', 'b')])
      expect(await look(prefix)).toEqual([
        expect.objectContaining(told('problem', prefix, `${link} is a link to what is not there`)),
      ])
  })

  it('is nobody else’s to write', async () => {
    const folder = aFolder()
    chmodSync(folder, 0o777)
    expect(await look(folder)).toEqual([expect.objectContaining(told('warning', folder, 'every user'))])
  })

  it.skipIf(process.getuid?.() === 0)('is closed to this user', async () => {
    const folder = join(aFolder(), 'closed')
    mkdirSync(folder, { mode: 0o500 })
    expect(await look(folder)).toEqual([expect.objectContaining(told('problem', folder, 'may not write'))])
  })
})

it('a config outside the prefix is looked at too', async () => {
  const [prefix, file] = [aFolder(), join(aFolder(), 'file')]
  writeFileSync(file, '')
  const settings = { prefix, lmdb_environment_path: join(file, 'config') }
  expect(await found(folders, anInstallation('dataplane', settings))).toEqual([
    told('ok', prefix, 'may be written'),
    expect.objectContaining(told('problem', 'lmdb_environment_path', 'is no folder')),
  ])
})

describe('the id of a node', () => {
  it.each([
    ['nonsense', 'warning'],
    ['', 'warning'],
    ['4d3c2b1a-0f9e-4d8c-8b7a-6f5e4d3c2b1a\n', 'ok'],
  ])('%o in kong.id: %s', async (text, level) => {
    const prefix = aFolder()
    writeFileSync(join(prefix, 'kong.id'), text)
    const settings = { prefix, cluster_cert: Buffer.from(cert).toString('base64') }
    expect((await found(folders, anInstallation('dataplane', settings))).at(-1)).toMatchObject({ level })
  })
})
