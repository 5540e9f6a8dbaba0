import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject, RouterFlavor } from '@biplane/entities'
import { NOWHERE } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import { aNode, type RunningNode } from './fixtures/a-node.ts'
import { closedAfterEach } from './fixtures/closed-after-each.ts'
import { ConfigAuthor } from './fixtures/config-author.ts'

const open = closedAfterEach()

/** A config of one route that matches the path /a. */
function authorOf(flavor: RouterFlavor): ConfigAuthor {
  const author = new ConfigAuthor(flavor)
  const expression = { expression: 'http.path ^= "/a"', priority: 0, protocols: ['http'] }
  author.put('routes', flavor === 'expressions' ? expression : { paths: ['/a'] })
  return author
}

async function nodeOf(router_flavor: RouterFlavor, directory: string): Promise<RunningNode> {
  const node = await aNode({ directory, workers: 1, settings: { router_flavor } })
  open.push(node)
  return node
}

/** 503 where the route is found: it has no service. */
async function statusOf({ url }: RunningNode): Promise<number> {
  return (await fetch(`${url}/a`)).status
}

describe('a node that is started again with another flavour', () => {
  it.each<[RouterFlavor, RouterFlavor, JsonObject]>([
    [
      'traditional_compatible',
      'expressions',
      { field: 'expression', message: 'is missing, which router_flavor = expressions of this node needs' },
    ],
    [
      'expressions',
      'traditional',
      { field: 'expression', message: 'needs router_flavor = expressions on this node' },
    ],
  ])(
    'from %s to %s serves nothing of what it cannot read, and says so until it is given what it can',
    async (before, after, wrong) => {
      const directory = await mkdtemp(join(tmpdir(), 'biplane-node-'))
      open.push({ [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) })
      const first = await nodeOf(before, directory)
      await first.apply(authorOf(before).snapshot())
      expect(await statusOf(first)).toBe(503)
      await first.close(100)
      const second = await nodeOf(after, directory)
      expect([second.position(), await statusOf(second)]).toEqual([NOWHERE, 404])
      const refused = await second.apply(authorOf(before).snapshot())
      expect(refused).toMatchObject({
        kind: 'rejected',
        retryable: false,
        errors: [{ kind: 'routes', ...wrong }],
      })
      expect(await second.apply(authorOf(after).snapshot())).toMatchObject({ kind: 'applied' })
      expect(await statusOf(second)).toBe(503)
    },
  )

  it('serves on where both say the same', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'biplane-node-'))
    open.push({ [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) })
    const first = await nodeOf('traditional', directory)
    const author = authorOf('traditional')
    await first.apply(author.snapshot())
    await first.close(100)
    const second = await nodeOf('traditional_compatible', directory)
    expect([second.position(), await statusOf(second)]).toEqual([author.position, 503])
  })
})
