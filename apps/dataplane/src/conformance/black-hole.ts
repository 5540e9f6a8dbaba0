import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export interface BlackHole extends AsyncDisposable {
  /** A port of this machine where a connection is neither accepted nor refused. */
  readonly port: number
}

const PROGRAM = `const s = require('node:net').createServer()
s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port))`

/** A process that listens and sleeps: once its queue is full, the system leaves who comes without an answer. */
export async function openBlackHole(): Promise<BlackHole> {
  const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  const port = Number(String(line))
  child.kill('SIGSTOP')
  const queued: Socket[] = []
  do {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => socket.destroy())
    queued.push(socket)
    await Promise.race([once(socket, 'connect'), pause(300)])
  } while (queued.at(-1)?.connecting === false)
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of queued) socket.destroy()
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
