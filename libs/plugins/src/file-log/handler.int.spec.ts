import { mkdtemp, readFile, rename, rm, symlink, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aContext, anInputWith, configOf, someFacilities } from '../fixtures.ts'
import { handlerOf } from '../handler-of.ts'
import { fileLog } from './handler.ts'

describe('file-log', () => {
  it.runIf(process.platform === 'linux')(
    'loses what a full disk does not take, tells so, and goes on when there is room',
    async () => {
      const { path, append, lines } = await aLog({})
      await symlink('/dev/full', path)
      append('/lost')
      await expect.poll(() => lines).toEqual(['entries of a queue were given up'])
      await unlink(path)
      await symlink(`${path}.2`, path)
      append('/kept')
      await expect.poll(() => targetsIn(`${path}.2`)).toEqual(['/kept'])
    },
  )

  it.each([
    [true, 'the new file', ['/1'], ['/2']],
    [false, 'the one that it knows', ['/1', '/2'], []],
  ])('with reopen %s, goes on in %s when its file is rotated', async (reopen, _where, old, young) => {
    const { path, append } = await aLog({ reopen })
    append('/1')
    await expect.poll(() => targetsIn(path)).toEqual(['/1'])
    await rename(path, `${path}.1`)
    append('/2')
    await expect.poll(async () => [await targetsIn(`${path}.1`), await targetsIn(path)]).toEqual([old, young])
  })
})

/** A file that is not there yet, and what the plugin tells of it. */
async function aLog(more: { readonly reopen?: boolean }) {
  const folder = await mkdtemp(join(tmpdir(), 'biplane-log-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'requests.log')
  const lines: string[] = []
  const facilities = someFacilities()
  const log = { ...facilities.log, error: (_: object, message: string) => void lines.push(message) }
  const handler = handlerOf(fileLog, Object(configOf(anInputWith('file-log', { path, ...more }))))
  const append = (target: string): void =>
    handler.log?.(aContext({ path: target, facilities: { ...facilities, log } }))
  return { path, append, lines }
}

async function targetsIn(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const whole = text.split('\n').slice(0, -1)
  return whole.map((line) => JSON.parse(line).request.uri)
}
