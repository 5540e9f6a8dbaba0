import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../eventually.ts'
import type { App } from '../stack.ts'

/** Has a process collect its garbage, so that what is left is what it keeps. */
export interface Collector {
  /** Resolves when the main thread and all workers have. */
  collect(): Promise<void>
  /** To be called before the process is stopped: it would wait for that. */
  close(): void
}

/** What the process has to be started with. */
export const COLLECTABLE = { NODE_OPTIONS: '--inspect-port=127.0.0.1:0' }

/** Through the inspector of a process, which a signal opens. */
export async function openCollector(app: Pick<App, 'name' | 'pid' | 'log'>): Promise<Collector> {
  process.kill(app.pid(), 'SIGUSR1')
  const url = await eventually(() => {
    const [, told] = /Debugger listening on (ws:\S+)/.exec(app.log()) ?? []
    if (told === undefined) throw new Error('the process opened no inspector')
    return told
  })
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  const workers = new Set<string>()
  const waiting = new Map<number, () => void>()
  let sent = 0
  const call = (send: (id: number) => void): Promise<void> => {
    sent += 1
    const id = sent
    const answered = new Promise<void>((resolve) => waiting.set(id, resolve))
    send(id)
    return answered
  }
  const inMain = (method: string, params = {}): Promise<void> =>
    call((id) => socket.send(JSON.stringify({ id, method, params })))
  const inWorker = (sessionId: string, method: string): Promise<void> =>
    call((id) => {
      const message = JSON.stringify({ id, method })
      void inMain('NodeWorker.sendMessageToWorker', { sessionId, message })
    })
  socket.addEventListener('message', ({ data }) => {
    const { id, method, params }: Message = JSON.parse(String(data))
    if (method === 'NodeWorker.attachedToWorker') workers.add(params.sessionId)
    if (method === 'NodeWorker.detachedFromWorker') workers.delete(params.sessionId)
    const inner: Message = method === RECEIVED ? JSON.parse(params.message) : { id }
    waiting.get(inner.id)?.()
    waiting.delete(inner.id)
  })
  await inMain('NodeWorker.enable', { waitForDebuggerOnStart: false })
  return {
    async collect() {
      const all = [inMain(COLLECT), ...[...workers].map((worker) => inWorker(worker, COLLECT))]
      const late = pause(PATIENCE_MS, undefined, { ref: false }).then(() => {
        throw new Error(`${app.name} has not collected its garbage in ${PATIENCE_MS} ms`)
      })
      await Promise.race([Promise.all(all), late])
    },
    close: () => socket.close(),
  }
}

interface Message {
  readonly id: number
  readonly method: string
  readonly params: { readonly sessionId: string; readonly message: string }
}

const RECEIVED = 'NodeWorker.receivedMessageFromWorker'
const PATIENCE_MS = 60_000
const COLLECT = 'HeapProfiler.collectGarbage'
