import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aFolder, BIPLANE } from './fixtures/run.ts'

/** Makes the process that it is loaded into take itself for an old Node; what it starts is not. */
const OLD = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.9.0'})`

function run(node: string, args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(node, args, { encoding: 'utf8' })
  return { code: status, stdout, stderr }
}

describe('bin/biplane.js', () => {
  it('runs on a Node that is new enough', () => {
    expect(run(process.execPath, [BIPLANE, '--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+/),
    })
  })

  it('hands over to the Node of the repository where it was started by an old one, with its arguments and exit code', () => {
    const old = join(aFolder(), 'node')
    cpSync(process.execPath, old)
    expect(run(old, ['--import', OLD, BIPLANE, 'nodes', '--timeout', '1', '--json'])).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('--wait-for'),
    })
  })

  it('says which Node is needed where there is none', () => {
    const installed = join(aFolder(), 'apps', 'cli', 'bin')
    mkdirSync(installed, { recursive: true })
    cpSync(BIPLANE, join(installed, 'biplane.js'))
    writeFileSync(join(installed, '..', 'package.json'), '{"type":"module"}')
    const ended = run(process.execPath, ['--import', OLD, join(installed, 'biplane.js'), '--version'])
    expect(ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('Node 22.19 or later is needed'),
    })
  })
})
