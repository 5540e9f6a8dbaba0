import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { anInputWith, configOf } from '../fixtures.ts'
import { httpPost } from './post.ts'
import type { HttpLogConfig } from './schema.ts'

describe('what is sent to a log server', () => {
  it('says what it is, and who sends it', async () => {
    const server = await aServer((_, response) => response.end())
    await postTo(`http://ann:p%40ss@127.0.0.1:${server.port}/in?a=1`, { headers: { 'x-a': '1' } }).send('{}')
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: '/in?a=1',
      headers: {
        ...{ 'x-a': '1', 'content-type': 'application/json', 'content-length': '2' },
        authorization: `Basic ${Buffer.from('ann:p@ss').toString('base64')}`,
      },
    })
  })

  it('takes a name that only looks escaped as it is', async () => {
    const server = await aServer((_, response) => response.end())
    await postTo(`http://50%:x@127.0.0.1:${server.port}`).send('{}')
    const authorization = `Basic ${Buffer.from('50%:x').toString('base64')}`
    expect(server.requests[0]?.headers).toMatchObject({ authorization })
  })

  it.each<[string, RequestListener]>([
    ['says nothing', () => undefined],
    ['never ends its answer', (_, response) => void response.writeHead(200).write('and')],
  ])('fails in time at one that %s', async (_what, answer) => {
    const server = await aServer(answer)
    await expect(postTo(`http://127.0.0.1:${server.port}`, { timeout: 50.5 }).send('{}')).rejects.toThrow(
      'took more than 51 ms',
    )
  })

  it('fails where the answer is no success', async () => {
    const server = await aServer((_, response) => response.writeHead(302, { location: '/' }).end())
    await expect(postTo(`http://127.0.0.1:${server.port}`).send('{}')).rejects.toThrow('status 302')
  })
})

function postTo(endpoint: string, more: Partial<HttpLogConfig> = {}) {
  const post = httpPost(Object(configOf(anInputWith('http-log', { http_endpoint: endpoint, ...more }))))
  onTestFinished(() => post.close())
  return post
}

async function aServer(answer: RequestListener) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on TCP
  return { port, requests }
}
