import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { biplane } from '../biplane.ts'
import { inSync, statusOf } from '../cluster-view.ts'
import { startLoad } from '../load.ts'
import { type Stack, startStack } from '../stack.ts'

describe('a cluster whose config is a file', () => {
  let stack: Stack
  let file: string
  beforeAll(async () => {
    stack = await startStack()
    file = join(stack.home, 'kong.yaml')
    await inSync(stack, 2)
  })
  afterAll(() => stack?.close())

  const config = (...words: string[]) => biplane(['config', ...words, '--admin', stack.adminUrl, '--json'])
  const rewritten = (change: (text: string) => string) =>
    writeFileSync(file, change(readFileSync(file, 'utf8')))

  it('serves what the file says, on every node', async () => {
    const routes = Array.from({ length: 200 }, (_, at) => `\n  - {name: route-${at}, paths: [/path-${at}]}`)
    const service = `- name: echo\n  url: ${stack.echo}\n  routes:\n  - {name: kept, paths: [/kept]}${routes.join('')}`
    writeFileSync(file, `_format_version: "3.0"\nservices:\n${service}\n`)
    expect(await biplane(['config', 'parse', file])).toMatchObject({ code: 0 })
    const { code, stdout } = await config('import', file)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ imported: true, revision: 2 })
    await inSync(stack, 2)
    for (const node of stack.nodes) expect(await statusOf(node, '/path-199')).toBe(200)
  })

  it('changes it as a whole under load, without a failed request', async () => {
    const load = startLoad(
      stack.nodes.map(({ proxy }) => `${proxy}/kept`),
      4,
    )
    rewritten((text) => text.replaceAll('[/path-', '[/moved-').replace('name: echo', 'name: other'))
    const { stdout } = await config('import', '--yes', file)
    expect(JSON.parse(stdout)).toMatchObject({ revision: 3 })
    await inSync(stack, 2)
    for (const node of stack.nodes)
      expect([await statusOf(node, '/moved-0'), await statusOf(node, '/path-0')]).toEqual([200, 404])
    await load.stop()
    expect(load.failures).toEqual([])
    expect(load.requests).toBeGreaterThan(0)
  })

  it('exports what imports to nothing new', async () => {
    const copy = join(stack.home, 'copy.yaml')
    expect(await config('export', copy)).toMatchObject({ code: 0 })
    const { stdout } = await config('import', '--dry-run', copy)
    expect(JSON.parse(stdout)).toEqual({ imported: false, added: [], changed: [], removed: [] })
  })

  it('stays as it is when the file is wrong', async () => {
    rewritten((text) => text.replace('paths: [/kept]', 'paths: [kept]'))
    const { code, stderr } = await config('import', '--yes', file)
    expect(code).toBe(1)
    expect(stderr).toContain('route kept: paths.1: should start with: /')
    for (const node of stack.nodes) expect(await statusOf(node, '/kept')).toBe(200)
  })
})
