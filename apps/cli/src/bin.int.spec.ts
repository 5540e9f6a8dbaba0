import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aFolder, BIPLANE, biplane } from './fixtures/run.ts'

/** Makes the process that it is loaded into take itself for an old Node; what it starts is not. */
const OLD = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.9.0'})`

/** A Node that is not the one of the repository, and takes itself for an old one. */
function anOldNode(): [program: string, ...args: string[]] {
  const program = join(aFolder(), 'node')
  cpSync(process.execPath, program)
  return [program, '--import', OLD]
}

describe('bin/biplane.js, started by an old Node', () => {
  it('hands over to the Node of the repository, with its arguments and exit code', async () => {
    const ended = await biplane(['nodes', '--timeout', '1', '--json'], { node: anOldNode() })
    expect(ended).toMatchObject({ code: 2, stdout: expect.stringContaining('--wait-for') })
  })

  it('passes a Ctrl-C on', async () => {
    const ended = await biplane(['migrations', 'up', '--wait', '600'], {
      node: anOldNode(),
      env: { KONG_PG_PORT: '1' },
      onOutput: ({ stderr }, send) => void (stderr.includes('ECONNREFUSED') && send('SIGINT')),
    })
    expect(ended).toMatchObject({ code: 130, stdout: '' })
  })

  it('says which Node is needed where there is none', async () => {
    const installed = join(aFolder(), 'apps', 'cli', 'bin')
    mkdirSync(installed, { recursive: true })
    cpSync(BIPLANE, join(installed, 'biplane.js'))
    writeFileSync(join(installed, '..', 'package.json'), '{"type":"module"}')
    const node = [process.execPath, '--import', OLD, join(installed, 'biplane.js')] as const
    const ended = await biplane([], { node: [...node] })
    expect(ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('Node 22.19 or later is needed'),
    })
  })
})
