import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export interface BlackHole extends AsyncDisposable {
  /** A port of this machine where a connection is neither accepted nor refused. */
  readonly port: number
}

const PROGRAM = `const s = require('node:net').createServer()
s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.stdout.write(String(s.address().port)))`

/** A process that listens and sleeps: once its queue is full, the system leaves who comes without an answer. */
export async function openBlackHole(): Promise<BlackHole> {
  // Nothing of ours is inherited: who stopped would keep it open for ever, if this process is killed.
  const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'ignore'] })
  const queued: Socket[] = []
  const close = async (): Promise<void> => {
    for (const socket of queued) socket.destroy()
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  try {
    const [said] = await once(child.stdout, 'data')
    child.kill('SIGSTOP')
    const port = Number(String(said))
    await fillQueue(port, queued)
    return { port, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Connects until the system no longer answers. */
async function fillQueue(port: number, queued: Socket[]): Promise<void> {
  do {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => socket.destroy())
    queued.push(socket)
    await Promise.race([once(socket, 'connect'), pause(300)])
  } while (queued.at(-1)?.connecting === false)
}
