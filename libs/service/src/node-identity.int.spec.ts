import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { nodeIdentity } from './node-identity.ts'

const log = pino({ enabled: false })
const ID = '0dc6f45b-8f8d-40d2-a504-473544ee190b'

let prefix = ''
beforeEach(async () => {
  prefix = await mkdtemp(join(tmpdir(), 'biplane-id-'))
  onTestFinished(() => rm(prefix, { recursive: true }))
})

const identity = (node_id: string | null = null, at = prefix) => nodeIdentity({ prefix: at, node_id }, log)
const kept = () => readFile(join(prefix, 'kong.id'), 'utf8')

describe('nodeIdentity', () => {
  it('makes a version 4 UUID and keeps it', async () => {
    const id = await identity()
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(await kept()).toBe(id)
  })

  it('is the same after a restart', async () => {
    expect(await identity()).toBe(await identity())
  })

  it('takes the file of another start, in either case and with white space', async () => {
    await writeFile(join(prefix, 'kong.id'), `${ID.toUpperCase()}\n`)
    expect(await identity()).toBe(ID)
  })

  it.each(['rubbish', '', ID.slice(1)])('replaces a file that holds "%s"', async (text) => {
    await writeFile(join(prefix, 'kong.id'), text)
    const id = await identity()
    expect(id).not.toBe(text)
    expect(await kept()).toBe(id)
  })

  it('prefers the setting and leaves the file alone', async () => {
    const id = await identity()
    expect(await identity(ID)).toBe(ID)
    expect(await kept()).toBe(id)
  })

  it('makes the prefix when it is missing', async () => {
    const at = join(prefix, 'a', 'b')
    expect(await identity(null, at)).toBe(await identity(null, at))
  })

  it('starts with an id of its own where none can be kept', async () => {
    await writeFile(join(prefix, 'file'), '')
    const nowhere = join(prefix, 'file', 'below')
    expect(await identity(null, nowhere)).not.toBe(await identity(null, nowhere))
  })
})
