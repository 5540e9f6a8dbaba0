import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { freePort } from '@biplane/tools/postgres'
import { describe, expect, it } from 'vitest'
import { aNode } from '../fixtures/a-node.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { ConfigAuthor } from '../fixtures/config-author.ts'

const open = closedAfterEach()

/** All threads that are started from now on. */
function watchThreads(): Worker[] {
  const threads: Worker[] = []
  const watch = (worker: Worker) => threads.push(worker)
  process.on('worker', watch)
  open.push({
    async [Symbol.asyncDispose]() {
      process.off('worker', watch)
    },
  })
  return threads
}

async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20)
}

describe('the workers of a node', () => {
  it('are replaced when they die, and their successors serve what is stored', async () => {
    const threads = watchThreads()
    const node = await aNode()
    open.push(node)
    const author = new ConfigAuthor()
    author.put('routes', { paths: ['/'] })
    await node.apply(author.snapshot())
    for (const round of [1, 2]) {
      await threads[round % 2]?.terminate()
      await eventually(() => threads.length === 2 + round && node.pool.serving.now === 2)
      author.put('routes', { paths: [`/${round}`] })
      expect(await node.apply(author.delta())).toMatchObject({ kind: 'applied' })
      for (let i = 0; i < 10; i++) expect((await fetch(`${node.url}/x`)).status).toBe(503)
    }
  })

  it('are replaced when they fall silent', async () => {
    const threads = watchThreads()
    // Workers beat twice a second, so that every one of them is too silent for this.
    open.push(await aNode({ silenceMs: 50 }))
    await eventually(() => threads.length >= 4)
  })

  it('serve from the cache again after a restart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'biplane-node-'))
    open.push({ [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) })
    const first = await aNode({ directory })
    const author = new ConfigAuthor()
    author.put('routes', { paths: ['/'] })
    await first.apply(author.snapshot())
    await first.close(100)
    const second = await aNode({ directory })
    open.push(second)
    expect(second.position()).toEqual(author.position)
    expect((await fetch(second.url)).status).toBe(503)
    author.put('routes', { paths: ['/more'] })
    expect(await second.apply(author.delta())).toMatchObject({ kind: 'applied' })
  })

  it('answer 404 before the first config', async () => {
    const node = await aNode()
    open.push(node)
    expect((await fetch(node.url)).status).toBe(404)
    expect(node.position().hash).toBe('0'.repeat(32))
  })

  it('are counted together', async () => {
    const node = await aNode()
    open.push(node)
    for (let i = 0; i < 10; i++) await (await fetch(node.url, { headers: { connection: 'close' } })).text()
    await eventually(() => node.counters.total('inFlight') === 0)
    expect(node.counters.total('requests')).toBe(10)
    expect(node.counters.total('accepted')).toBe(10)
  })

  it('end with a store that cannot be opened', async () => {
    const threads = watchThreads()
    await expect(aNode({ directory: '/dev/null/store' })).rejects.toThrow('ENOTDIR')
    expect(threads.map(({ threadId }) => threadId)).toEqual([-1, -1])
  })

  it('cannot start on an address that is not here', async () => {
    const threads = watchThreads()
    await expect(aNode({ host: '192.0.2.1', port: await freePort() })).rejects.toThrow('EADDRNOTAVAIL')
    expect(threads.map(({ threadId }) => threadId)).toEqual([-1, -1])
  })
})
