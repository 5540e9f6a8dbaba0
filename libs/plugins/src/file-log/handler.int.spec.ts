import { mkdtemp, readFile, rm, symlink, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { aContext, anInputWith, configOf, someFacilities } from '../fixtures.ts'
import { handlerOf } from '../handler-of.ts'
import { fileLog } from './handler.ts'

it.runIf(process.platform === 'linux')(
  'loses what a full disk does not take, tells so, and goes on when there is room',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'biplane-log-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const [path, file] = [join(folder, 'requests.log'), join(folder, 'on-another-disk.log')]
    await symlink('/dev/full', path)
    const lines: string[] = []
    const facilities = someFacilities()
    const log = { ...facilities.log, error: (_: object, message: string) => void lines.push(message) }
    const config = configOf(anInputWith('file-log', { path }))
    const handler = handlerOf(fileLog, Object(config))
    const append = (target: string): void =>
      handler.log?.(aContext({ path: target, facilities: { ...facilities, log } }))
    append('/lost')
    await expect.poll(() => lines).toEqual(['entries of a queue were given up'])
    await unlink(path)
    await symlink(file, path)
    append('/kept')
    const written = () => readFile(file, 'utf8').catch(() => '')
    await expect.poll(async () => (await written()).endsWith('\n')).toBe(true)
    expect(JSON.parse(await written())).toMatchObject({ request: { uri: '/kept' } })
  },
)
