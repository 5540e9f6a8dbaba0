import {
  closeSync,
  cpSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inSync, route, serves } from '../cluster-view.ts'
import { type Stack, startStack } from '../stack.ts'

describe('a damaged cache', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    for (let index = 0; index < 50; index += 1) await route(stack, `route-${index}`)
    await inSync(stack, 2)
  })
  afterAll(() => stack?.close())

  const DAMAGES: readonly [string, (directory: string) => void][] = [
    [
      'is truncated',
      (directory) => truncateSync(dataFile(directory), Math.floor(statSync(dataFile(directory)).size / 2)),
    ],
    ['has garbage at the head', (directory) => overwrite(dataFile(directory), 0, 8192)],
    [
      'has garbage in the middle',
      (directory) =>
        overwrite(dataFile(directory), Math.floor(statSync(dataFile(directory)).size / 2), 16_384),
    ],
    [
      'has another format',
      (directory) => writeFileSync(join(directory, 'store.json'), JSON.stringify({ format: 9999 })),
    ],
    ['has a rubbish description', (directory) => writeFileSync(join(directory, 'store.json'), 'rubbish')],
  ]

  it.each(DAMAGES)('that %s is set aside, told, and refilled', async (_, damage) => {
    const [node] = stack.nodes
    await node.kill()
    const logged = node.log().length
    damage(join(node.prefix, 'dbless.lmdb'))
    await node.start()
    await serves(node, '/route-49')
    await inSync(stack, 2)
    expect(node.log().slice(logged)).toMatch(/moved aside|set aside/)
  })

  it('that was copied while it was written is caught as well', async () => {
    const [node, other] = stack.nodes
    const writing = Promise.all(Array.from({ length: 60 }, (_, index) => route(stack, `torn-${index}`)))
    const torn = join(stack.home, 'torn')
    cpSync(join(other.prefix, 'dbless.lmdb'), torn, { recursive: true })
    await writing
    await node.kill()
    // Half of the file is of one moment, half of another.
    const [early, late] = [dataFile(torn), dataFile(join(other.prefix, 'dbless.lmdb'))].map((file) =>
      readFileSync(file),
    )
    const cache = join(node.prefix, 'dbless.lmdb')
    const target = dataFile(cache)
    const middle = Math.floor((early?.length ?? 0) / 2)
    writeFileSync(
      target,
      Buffer.concat([
        early?.subarray(0, middle) ?? Buffer.alloc(0),
        late?.subarray(middle) ?? Buffer.alloc(0),
      ]),
    )
    await node.start()
    await serves(node, '/torn-59')
    await inSync(stack, 2)
  })

  it('that is gone is refilled', async () => {
    const [node] = stack.nodes
    await node.stop()
    rmSync(join(node.prefix, 'dbless.lmdb'), { recursive: true })
    await node.start()
    await serves(node, '/route-0')
  })
})

/** The LMDB data file of the newest generation. */
function dataFile(directory: string): string {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('data.mdb'))
    .sort()
  return join(directory, files.at(-1) ?? 'data.mdb')
}

function overwrite(file: string, offset: number, bytes: number): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(bytes, 0xa5), 0, bytes, offset)
  closeSync(handle)
}
