import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { aNode, type RunningNode } from '../fixtures/a-node.ts'
import { ConfigAuthor } from '../fixtures/config-author.ts'

/** A node that has a plugin of its own at work, which does what it does in the rewrite phase of every request. */
async function aNodeWith(
  rewrite: string,
  options: { workers: number; silenceMs?: number } = { workers: 1 },
): Promise<RunningNode> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'biplane-custom-')))
  const fields = { config: { type: 'record', fields: {} } }
  const schema = { name: 'mine', version: '1.0.0', priority: 1, fields }
  writeFileSync(join(folder, 'schema.json'), JSON.stringify(schema))
  writeFileSync(
    join(folder, 'handler.mjs'),
    `import { connect } from 'node:net'
     export const create = () => ({ rewrite(context) { ${rewrite} } })`,
  )
  const node = await aNode({ plugins: ['bundled', folder], ...options })
  onTestFinished(async () => {
    await node[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })
  const author = new ConfigAuthor()
  const row = author.put('plugins', { name: 'request-termination' })
  author.change({ op: 'upsert', kind: 'plugins', id: row.id, entity: { ...row, name: 'mine', config: {} } })
  expect(await node.apply(author.snapshot())).toMatchObject({ kind: 'applied' })
  return node
}

const asked = (node: RunningNode, path: string) =>
  fetch(`${node.url}${path}`).then(
    ({ status }) => status,
    () => null,
  )

it.each([
  ['a timer', 'setTimeout(() => { throw new Error("a bug") }, 1)'],
  ['a promise that it let go', 'Promise.reject(new Error("a bug"))'],
  ['a promise that fails with no error', 'Promise.reject("a bug")'],
  ['a socket that it does not listen to', 'connect(1, "127.0.0.1")'],
])('a worker survives a plugin that fails in %s', async (_, failing) => {
  const node = await aNodeWith(`${failing}; return { status: 418 }`)
  // The fault of one request comes while later ones are answered.
  for (let i = 0; i < 30; i++) expect(await asked(node, '/')).toBe(418)
  expect(node.pool.replaced).toBe(0)
})

it('a worker that a plugin ends is replaced by one that has the plugin', async () => {
  const node = await aNodeWith('if (context.request.path === "/end") process.exit(); return { status: 418 }')
  expect(await asked(node, '/')).toBe(418)
  expect(await asked(node, '/end')).toBe(null)
  await expect.poll(() => asked(node, '/'), { timeout: 30_000 }).toBe(418)
  expect(node.pool.replaced).toBe(1)
})

it('a worker that a plugin keeps busy for ever is replaced, while the others serve', async () => {
  const busy = 'if (context.request.path === "/stuck") for (;;); return { status: 418 }'
  const node = await aNodeWith(busy, { workers: 2, silenceMs: 1_500 })
  const stuck = asked(node, '/stuck')
  await expect.poll(() => node.pool.serving.now, { timeout: 60_000 }).toBe(1)
  expect(await stuck).toBe(null)
  await expect.poll(() => node.pool.serving.now, { timeout: 60_000 }).toBe(2)
  for (let i = 0; i < 10; i++) expect(await asked(node, '/')).toBe(418)
  expect(node.pool.replaced).toBe(1)
})
