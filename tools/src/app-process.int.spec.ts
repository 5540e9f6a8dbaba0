import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateClusterPair, loadSettings } from '@biplane/service'
import { afterAll, describe, expect, it } from 'vitest'
import { shellWord, writeSettings } from './app-process.ts'

describe('the settings file of a process', async () => {
  const home = mkdtempSync(join(tmpdir(), 'biplane settings #'))
  const pair = await generateClusterPair()
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  it.each(['plain', 'a #b#c', '#first', '"quoted"', "it's", 'a = b', 'back\\slash'])(
    'gives %j and PEM text to the app as the user set them',
    (password) => {
      const settings = { pg_password: password, feed_cert: pair.cert, feed_cert_key: pair.key }
      writeSettings({ name: 'app', entry: 'main.ts', settings }, home)
      const read = (path: string) => readFileSync(path, 'utf8')
      const loaded = loadSettings('admin-api', { KONG_CONF: join(home, 'app.conf') }, read)
      expect(loaded).toMatchObject({ settings: { pg_password: password, feed_cert: pair.cert } })
    },
  )
})

describe('shellWord', () => {
  it.each([
    ['apps/main.ts', 'apps/main.ts'],
    ['my folder/x.conf', "'my folder/x.conf'"],
    ["it's", "'it'\\''s'"],
  ])('of %s', (text, word) => expect(shellWord(text)).toBe(word))
})
