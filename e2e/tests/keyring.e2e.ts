import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { send } from '../client.ts'
import { inSync } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { type Stack, startStack } from '../stack.ts'

const SECRET = 'open-sesame-of-alice'

let stack: Stack
beforeAll(async () => {
  const keys = { keyring_enabled: 'on', keyring_keys: `first:${'5a'.repeat(32)}` }
  stack = await startStack({ adminSettings: keys })
})
afterAll(() => stack?.close())

it('a keyring keeps secrets from the files of the database, and nodes have them in clear', async () => {
  const { admin, echo, nodes, database } = stack
  await admin.post('/services', { name: 'locked', url: echo })
  await admin.post('/services/locked/routes', { paths: ['/locked'] })
  await admin.post('/services/locked/plugins', { name: 'key-auth' })
  await admin.post('/consumers', { username: 'alice' })
  await admin.post('/consumers/alice/key-auth', { key: SECRET, tags: ['not-a-secret-of-alice'] })
  await inSync(stack, 2)
  for (const node of nodes) {
    const ask = (apikey: string) => send(`${node.proxy}/locked`, { headers: { apikey } })
    await eventually(async () => expect((await ask(SECRET)).status).toBe(200))
    expect((await ask('another')).status).toBe(401)
  }
  expect(await admin.get(`/consumers/alice/key-auth/${SECRET}`)).toMatchObject({ key: SECRET })

  await stack.adminApi.stop()
  await database.stop()
  expect(filesWith('not-a-secret-of-alice', database.directory)).not.toEqual([])
  expect(filesWith(SECRET, database.directory)).toEqual([])
})

function filesWith(text: string, directory: string): readonly string[] {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const paths = files.map(({ parentPath, name }) => join(parentPath, name))
  return paths.filter((path) => readFileSync(path).includes(text))
}
