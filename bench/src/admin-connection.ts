import { connect } from 'node:net'

/** One keep-alive connection to an Admin API: one request at a time. */
export interface AdminConnection {
  /** @throws Error for a status of 400 and above, and when the connection breaks */
  send(method: 'GET' | 'POST', path: string, body?: object): Promise<string>
  close(): void
}

/** A bare socket: a whole HTTP client would take the processors from what is measured. */
export function connectToAdmin(base: string): AdminConnection {
  const { hostname, port, host } = new URL(base)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  let received: Buffer[] = []
  let waiting: PromiseWithResolvers<string> | null = null
  const broken = (error?: Error): void => waiting?.reject(error ?? new Error(`${base} closed the connection`))
  socket.on('error', broken).on('close', () => broken())
  socket.on('data', (chunk: Buffer) => {
    received.push(chunk)
    const answer = received.length === 1 ? chunk : Buffer.concat(received)
    const body = bodyOfWhole(answer)
    if (body === null) return
    const status = Number(answer.toString('latin1', 9, 12))
    if (status < 400) waiting?.resolve(body)
    else waiting?.reject(new Error(`${status} ${body}`))
  })
  return {
    send(method, path, body) {
      received = []
      waiting = Promise.withResolvers()
      const text = body === undefined ? '' : JSON.stringify(body)
      const head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n`
      const type = body === undefined ? '' : 'Content-Type: application/json\r\n'
      socket.write(`${head}${type}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
      return waiting.promise
    },
    close: () => socket.destroy(),
  }
}

/** Null while some of it is to come. */
function bodyOfWhole(answer: Buffer): string | null {
  const head = answer.indexOf('\r\n\r\n')
  if (head < 0) return null
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.toString('latin1', 0, head))?.[1]
  if (length === undefined) throw new Error('an answer without Content-Length')
  const end = head + 4 + Number(length)
  return answer.length < end ? null : answer.toString('utf8', head + 4, end)
}
