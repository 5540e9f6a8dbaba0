import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from '@biplane/tools/postgres'
import { expect, it, onTestFinished } from 'vitest'
import { aFolder } from '../fixtures/run.ts'
import { anInstallation, found, told } from './fixtures.ts'
import type { Installation } from './installation.ts'
import { readiness } from './readiness.ts'

const fault = (...expected: Parameters<typeof told>): object => expect.objectContaining(told(...expected))

/** A hub that has its config open and answers whoever asks how it is. */
async function aHub(answer: string): Promise<Installation> {
  const [prefix, port] = [aFolder(), await freePort()]
  const program = `import { createServer } from 'node:http'
    import { openStore } from '@biplane/config-store'
    const log = { info() {}, warn() {}, error() {} }
    await openStore({ directory: ${JSON.stringify(join(prefix, 'dbless.lmdb'))}, lookups: {}, log })
    createServer((request, response) => { ${answer} }).listen(${port}, '127.0.0.1', () => console.log('listens'))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  await once(child.stdout, 'data')
  return anInstallation('sync-hub', { prefix, status_listen: `127.0.0.1:${port}` })
}

it('is not asked of an app that does not run, nor of one that tells nobody', async () => {
  expect(await found(readiness, anInstallation('sync-hub', { prefix: aFolder() }))).toEqual([])
  const silent = anInstallation('dataplane', { prefix: aFolder(), status_listen: 'off' })
  expect(await found(readiness, silent)).toEqual([])
})

it('is told where the app says so', async () => {
  const hub = await aHub(`response.end('{"message":"ready"}')`)
  expect(await found(readiness, hub)).toEqual([told('ok', 'the running sync-hub', 'is ready')])
})

it('is denied in the words of the app, which steer no terminal', async () => {
  const hub = await aHub(`response.writeHead(503).end('{"message":"no \\\\u001b[31mconfig yet"}')`)
  expect(await found(readiness, hub)).toEqual([
    fault('warning', 'the running sync-hub', /is not ready: .* answered 503: no {1,2}\[31mconfig yet$/),
  ])
})

it('is missed where the app runs and does not answer', async () => {
  expect(await found(readiness, await aHub(''))).toEqual([
    fault('problem', 'the running sync-hub', /is process \d+ and does not answer: .* no answer within 5 s$/),
  ])
})
