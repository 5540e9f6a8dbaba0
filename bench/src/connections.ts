import { connect } from 'node:net'

interface Answer {
  readonly status: number
  /** Which of its node; empty when the node does not tell. */
  readonly worker: string
}

/** One keep-alive connection to a node: as long as it lives, one worker answers it. */
export interface Connection {
  /** GETs, one at a time. @throws Error when the connection breaks or the answer has no Content-Length */
  get(path: string): Promise<Answer>
  close(): void
}

/** A connection to each of the workers of a node, which tells them with `debug_revision`. */
export async function connectToWorkers(base: string, workers: number): Promise<Connection[]> {
  const reached = new Map<string, Connection>()
  for (let tries = 0; reached.size < workers; tries += 1) {
    if (tries === 100 * workers) throw new Error(`${base} shows only ${reached.size} of ${workers} workers`)
    const connection = openConnection(base)
    const { worker } = await connection.get('/')
    if (reached.has(worker)) connection.close()
    else reached.set(worker, connection)
  }
  return [...reached.values()]
}

/** A bare socket: a whole HTTP client for each poll would take the processors from the nodes that are measured. */
export function openConnection(base: string): Connection {
  const { hostname, port, host } = new URL(base)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  let received = ''
  let waiting: PromiseWithResolvers<Answer> | null = null
  const broken = (error?: Error): void => waiting?.reject(error ?? new Error(`${base} closed the connection`))
  socket
    .setEncoding('latin1')
    .on('error', broken)
    .on('close', () => broken())
  socket.on('data', (text: string) => {
    received += text
    try {
      const answer = readWhole(received)
      if (answer !== null) waiting?.resolve(answer)
    } catch (error) {
      waiting?.reject(error)
    }
  })
  return {
    get(path) {
      received = ''
      waiting = Promise.withResolvers()
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
      return waiting.promise
    },
    close: () => socket.destroy(),
  }
}

/** An answer in latin1, so that a character is a byte; null while some of it is to come. */
function readWhole(answer: string): Answer | null {
  const end = answer.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = answer.slice(0, end)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new Error(`an answer without Content-Length:\n${head}`)
  if (answer.length < end + 4 + Number(length)) return null
  return { status: Number(head.slice(9, 12)), worker: /\r\nx-biplane-worker: *(\d+)/i.exec(head)?.[1] ?? '' }
}
