import { Agent, type IncomingHttpHeaders, request as open } from 'node:http'
import { connect } from 'node:net'
import type { FuzzRequest } from './request.ts'

export type Outcome =
  | Answered
  /** What a socket got for bytes that may be no request, until it closed or nothing more came. */
  | { readonly kind: 'bytes'; readonly text: string }
  /** The connection ended without an answer. */
  | { readonly kind: 'cut'; readonly reason: string }
  /** There was none within the limit. */
  | { readonly kind: 'silence' }

export interface Answered {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** An answer that takes longer counts as none: far more than any takes on a busy machine. */
const LIMIT_MS = 60_000
/** What is not answered by then is a request that the server takes for unfinished. */
const FRAME_MS = 1000
const FRAME_QUIET_MS = 100

/** One client: it keeps its connection, and sends one request after another. */
export class Client {
  readonly #origin: URL
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  constructor(origin: string) {
    this.#origin = new URL(origin)
  }

  async send(request: FuzzRequest): Promise<Outcome> {
    if (request.wire !== undefined) return this.#sendBytes(request.wire)
    const first = await this.#sendOnce(request)
    // A connection that the server closed for its idleness, at the moment of its use, is nobody's fault.
    return first === 'closed before use' ? settled(await this.#sendOnce(request)) : first
  }

  close(): void {
    this.#agent.destroy()
  }

  #sendOnce({ method, path, headers, body }: FuzzRequest): Promise<Outcome | 'closed before use'> {
    const { hostname, port } = this.#origin
    return new Promise((done) => {
      const length = body === undefined ? {} : { 'content-length': String(body.length) }
      const sent = open({
        hostname,
        port,
        method,
        path,
        agent: this.#agent,
        headers: { ...length, ...headers },
      })
      const timer = setTimeout(() => {
        done({ kind: 'silence' })
        sent.destroy()
      }, LIMIT_MS)
      const end = (outcome: Outcome | 'closed before use') => {
        clearTimeout(timer)
        done(outcome)
      }
      sent.once('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', (error) => end({ kind: 'cut', reason: error.message }))
        response.once('end', () => {
          const { statusCode: status = 0, headers: told } = response
          end({ kind: 'answer', status, headers: told, body: Buffer.concat(chunks) })
        })
      })
      sent.once('error', (error) => {
        const unused = sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET'
        end(unused ? 'closed before use' : { kind: 'cut', reason: error.message })
      })
      sent.end(body)
    })
  }

  #sendBytes(bytes: Buffer): Promise<Outcome> {
    const { hostname, port } = this.#origin
    return new Promise((done) => {
      const socket = connect(Number(port), hostname)
      let text = ''
      const end = () => {
        clearTimeout(timer)
        socket.destroy()
        done({ kind: 'bytes', text })
      }
      let timer = setTimeout(end, FRAME_MS)
      socket.setEncoding('latin1').on('data', (chunk: string) => {
        text += chunk
        clearTimeout(timer)
        timer = setTimeout(end, FRAME_QUIET_MS)
      })
      // Reset by the server in the middle of what it does not want to read: what it said before counts.
      socket.once('error', end)
      socket.once('close', end)
      socket.write(bytes)
    })
  }
}

function settled(outcome: Outcome | 'closed before use'): Outcome {
  return outcome === 'closed before use' ? { kind: 'cut', reason: outcome } : outcome
}
