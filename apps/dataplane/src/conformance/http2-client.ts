import { connect } from 'node:http2'
import { answerOf } from '../fixtures/http2-client.ts'
import type { ClientRequest } from './case.ts'
import type { ClientAnswer } from './client.ts'

/** Sends one request over HTTP/2 without TLS, on a connection of its own. */
export async function sendHttp2(port: number, request: ClientRequest): Promise<ClientAnswer> {
  const { method, target, host = 'api.test', headers = {}, body } = request
  const text = body === undefined || typeof body === 'string' ? body : body.repeat.repeat(body.times)
  const session = connect(`http://127.0.0.1:${port}`)
  try {
    const stream = session.request(
      { ...headers, ':method': method, ':path': target, ...(host === null ? {} : { ':authority': host }) },
      { endStream: text === undefined },
    )
    if (text !== undefined) stream.end(text)
    const answer = await answerOf(stream)
    const fields = Object.entries(answer.headers).map(([name, value = []]) => [name, [value].flat()] as const)
    return { status: answer.status, headers: new Map(fields), body: answer.body }
  } finally {
    session.close()
  }
}
