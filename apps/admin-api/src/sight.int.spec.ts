import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { journalExtent, nodeRegister } from '@biplane/database'
import { expect, it, onTestFinished } from 'vitest'
import { aBackend, useDatabases } from './fixtures/admin.ts'
import { aReport } from './fixtures/hub.ts'
import { Lookout } from './sight.ts'

const databases = useDatabases()

it('sees every node, however many there are', async () => {
  const db = await databases.migrated()
  const { head } = await journalExtent(db)
  const nodes = Array.from({ length: 1_003 }, () =>
    aReport({ nodeId: randomUUID(), applied: head, desired: head }),
  )
  await nodeRegister(db, 60_000).report(randomUUID(), 1, { complete: true, nodes })
  const sight = await new Lookout({ backend: aBackend(db), patienceMs: 60_000 }).look()
  expect(sight?.states.reduce((sum, [, count]) => sum + count, 0)).toBe(1_003)
})

it('waits for a frozen database once, however often it is asked, and only for so long', async () => {
  const connections: Socket[] = []
  const frozen = createServer((connection) => connections.push(connection))
  await once(frozen.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    for (const connection of connections) connection.destroy()
    frozen.close()
  })
  const { port } = frozen.address() as AddressInfo // it listens on TCP
  const db = databases.open({ ...databases.settings(), host: '127.0.0.1', port, timeout: 600_000 })
  const lookout = new Lookout({ backend: aBackend(db), patienceMs: 500 })
  for (let asked = 0; asked < 3; asked += 1) expect(await lookout.look()).toBeNull()
  expect(connections).toHaveLength(1)
})
