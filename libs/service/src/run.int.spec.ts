import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { aPair } from './fixtures.ts'

const folder = mkdtempSync(join(tmpdir(), 'biplane-run-'))
afterAll(() => rmSync(folder, { recursive: true }))
const { cert, key } = await aPair()

interface Line {
  readonly level: string
  readonly msg: string
  readonly err?: { readonly stack: string }
  readonly waitingFor?: readonly string[]
}

/** A node of a few lines: `body` is the start function's, with `app` its argument. */
function aProcess(body: string, env: Readonly<Record<string, string>> = {}, stopWithinMs = 60_000) {
  const index = JSON.stringify(new URL('./index.ts', import.meta.url).href)
  const script = `import { listening, runApp, StartProblem } from ${index}
    const alive = setInterval(() => undefined, 1000)
    void [listening, StartProblem]
    await runApp('dataplane', async (app) => { ${body} }, { stopWithinMs: () => ${stopWithinMs} })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { KONG_CLUSTER_CERT: cert, KONG_CLUSTER_CERT_KEY: key, KONG_PREFIX: join(folder, 'prefix'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return follow(child)
}

/** Its log as it comes, and how it ends. */
function follow(child: ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream }) {
  const lines: Line[] = []
  const said: string[] = []
  let heard = Promise.withResolvers<void>()
  createInterface(child.stdout).on('line', (line) => {
    lines.push(JSON.parse(line))
    heard.resolve()
    heard = Promise.withResolvers()
  })
  createInterface(child.stderr).on('line', (line) => said.push(line))
  const ended = once(child, 'close').then(([code]) => ({ code, lines, said }))
  return {
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    async logged(msg: string): Promise<void> {
      while (!lines.some((line) => line.msg === msg))
        await Promise.race([
          heard.promise,
          ended.then(() => Promise.reject(new Error(`it ended without '${msg}'`))),
        ])
    },
  }
}

const messages = (lines: readonly Line[]): string[] => lines.map(({ msg }) => msg)

describe('runApp', () => {
  it.each(['SIGTERM', 'SIGQUIT', 'SIGINT'] as const)(
    'stops in reverse order on %s and exits with 0',
    async (signal) => {
      const node = aProcess(`
      for (const name of ['store', 'server']) app.onStop(name, () => app.log.info(name + ' closed'))
      app.signal.addEventListener('abort', () => app.log.info('aborted'))
      app.ready({ proxy: 'http://127.0.0.1:8000' })`)
      await node.logged('ready')
      node.kill(signal)
      const { code, lines } = await node.ended
      expect(code).toBe(0)
      expect(messages(lines)).toEqual([
        'ready',
        'stopping',
        'aborted',
        'server closed',
        'store closed',
        'stopped',
      ])
    },
  )

  it.each(['SIGTERM', 'SIGQUIT'] as const)(
    'drains first on %s, however long that takes, while nothing ends yet',
    async (signal) => {
      const node = aProcess(`
      app.onStop('server', () => app.log.info('server closed'))
      app.beforeStop(() => new Promise((drained) => setTimeout(drained, 600)).then(() => {
        app.log.info(app.signal.aborted ? 'drained too late' : 'drained')
      }))
      app.ready({})`)
      await node.logged('ready')
      node.kill(signal)
      const { code, lines } = await node.ended
      expect([code, messages(lines)]).toEqual([
        0,
        ['ready', 'drained', 'stopping', 'server closed', 'stopped'],
      ])
    },
  )

  it('does not drain on SIGINT', async () => {
    const node = aProcess(`app.beforeStop(() => new Promise(() => undefined)); app.ready({})`)
    await node.logged('ready')
    node.kill('SIGINT')
    expect((await node.ended).code).toBe(0)
  })

  it('ends at once on a second signal while it drains', async () => {
    const node = aProcess(`
      app.beforeStop(() => new Promise(() => app.log.info('draining')))
      app.ready({})`)
    await node.logged('ready')
    node.kill('SIGTERM')
    await node.logged('draining')
    node.kill('SIGINT')
    expect((await node.ended).code).toBe(1)
  })

  it('says everything that is wrong with its settings and exits with 1', async () => {
    const node = aProcess('app.log.info("started")', { KONG_LOG_LEVEL: 'loud', KONG_PROXY_LISTEN: 'off' })
    const { code, lines, said } = await node.ended
    expect([code, lines]).toEqual([1, []])
    expect(said).toEqual([
      'dataplane cannot start: 2 settings are wrong',
      expect.stringMatching(/^ {2}log_level = loud: use one of debug, info/),
      expect.stringMatching(/^ {2}proxy_listen = off: /),
    ])
  })

  it('exits with 1 and names what does not stop in time', async () => {
    const node = aProcess(`app.onStop('store', () => new Promise(() => undefined)); app.ready({})`, {}, 300)
    await node.logged('ready')
    node.kill('SIGTERM')
    const { code, lines } = await node.ended
    expect(code).toBe(1)
    expect(lines.at(-1)).toMatchObject({ level: 'fatal', waitingFor: ['store'] })
  })

  it('exits at once on a second signal', async () => {
    const node = aProcess(`app.onStop('store', () => new Promise(() => undefined)); app.ready({})`)
    await node.logged('ready')
    node.kill('SIGTERM')
    await node.logged('stopping')
    node.kill('SIGINT')
    const { code, lines } = await node.ended
    expect(code).toBe(1)
    expect(lines.at(-1)?.msg).toBe('told to stop a second time: ending at once')
  })

  it.each([
    ['a rejection', 'void Promise.reject(new Error("lost"))', 'a rejection that nothing handles'],
    ['an error', 'setImmediate(() => { throw new Error("lost") })', 'an error that nothing handles'],
    ['a failed part', 'app.keep("stream", Promise.reject(new Error("lost")))', 'stream failed'],
    ['a failed start', 'throw new Error("lost")', 'the start failed'],
  ])('logs %s once, with its stack, and exits with 1', async (_what, body, message) => {
    const { code, lines } = await aProcess(body).ended
    expect(code).toBe(1)
    const fatal = lines.filter(({ level }) => level === 'fatal')
    expect(fatal).toEqual([expect.objectContaining({ msg: message })])
    expect(fatal[0]?.err?.stack).toContain('Error: lost')
  })

  it('exits with 1 when a part ends by itself', async () => {
    const { code, lines } = await aProcess('app.keep("stream", Promise.resolve())').ended
    expect([code, messages(lines)]).toEqual([1, ['stream ended although nothing told it to']])
  })

  it('waits for a part that the signal ends', async () => {
    const node = aProcess(`
      app.onStop('store', () => app.log.info('store closed'))
      app.keep('stream', new Promise((_, reject) => app.signal.addEventListener('abort', () => {
        setTimeout(() => { app.log.info('stream ended'); reject(app.signal.reason) }, 20)
      })))
      app.ready({})`)
    await node.logged('ready')
    node.kill('SIGTERM')
    const { code, lines } = await node.ended
    expect(code).toBe(0)
    expect(messages(lines)).toEqual(['ready', 'stopping', 'stream ended', 'store closed', 'stopped'])
  })

  it('closes what it had opened when the start fails', async () => {
    const node = aProcess(
      `app.onStop('store', () => app.log.info('store closed')); throw new StartProblem('mend me')`,
    )
    const { code, lines } = await node.ended
    expect(code).toBe(1)
    expect(messages(lines)).toEqual(['mend me', 'store closed', 'stopped'])
    expect(lines[0]).not.toHaveProperty('err')
  })

  it('names a prefix that cannot be made', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const { code, lines } = await aProcess('', { KONG_PREFIX: join(file, 'below') }).ended
    expect(code).toBe(1)
    expect(lines[0]?.msg).toMatch(/^prefix: the folder .*below cannot be made/)
  })

  it('logs at debug from one SIGUSR2 to the next, and says so', async () => {
    const node = aProcess(`setInterval(() => app.log.debug('detail'), 20); app.ready({})`)
    await node.logged('ready')
    node.kill('SIGUSR2')
    await node.logged('detail')
    node.kill('SIGUSR2')
    await node.logged('the log level is notice from now on')
    node.kill('SIGTERM')
    const { lines } = await node.ended
    expect(messages(lines).filter((message) => message !== 'detail')).toEqual([
      'ready',
      'the log level is debug from now on',
      'the log level is notice from now on',
      'stopping',
      'stopped',
    ])
    expect(messages(lines).lastIndexOf('detail')).toBeLessThan(lines.length - 3)
  })

  it('names settings that do not exist', async () => {
    const node = aProcess('app.ready({})', { KONG_LOGLEVEL: 'warn' })
    await node.logged('ready')
    node.kill('SIGTERM')
    expect((await node.ended).lines[0]).toMatchObject({ settings: ['loglevel'] })
  })
})
