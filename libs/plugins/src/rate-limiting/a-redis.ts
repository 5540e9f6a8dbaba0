import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Where there is no redis-server, its tests are left out; in CI they fail. */
export function isRedisMissing(): boolean {
  return process.env.CI === undefined && spawnSync('redis-server', ['--version']).error !== undefined
}

/** A Redis of the test, a process of its own that stores nothing. */
export interface RunningRedis extends AsyncDisposable {
  readonly port: number
  /** From now on it answers nobody, until it is woken. */
  freeze(): void
  wake(): void
}

/** @param options as on the command line of redis-server */
export async function aRedis(
  options: { readonly port?: number; readonly args?: readonly string[] } = {},
): Promise<RunningRedis> {
  const port = options.port ?? (await freePort())
  const { args = ['--port', String(port)] } = options
  const fixed = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp']
  const child = spawn('redis-server', [...fixed, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  await ready(child)
  return {
    port,
    freeze: () => child.kill('SIGSTOP'),
    wake: () => child.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

async function ready(child: ChildProcess): Promise<void> {
  let said = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk
    if (said.includes('Ready to accept connections')) resolve()
  })
  child.on('error', reject)
  child.on('exit', () => reject(new Error(`redis-server ended: ${said}`)))
  await promise
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
