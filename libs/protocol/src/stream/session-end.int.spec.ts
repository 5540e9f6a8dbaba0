import { expect, it } from 'vitest'
import { NOWHERE } from '../position.ts'
import { Follower, useCluster } from './fixtures.ts'

const cluster = useCluster()

it('a session that ends while a message is being written ends the stream, so the follower comes back', async () => {
  let sessions = 0
  const port = (
    await cluster().serve({
      session: async (stream) => {
        sessions += 1
        const reason = { kind: 'source_empty', message: 'nothing yet' } as const
        stream.send({ kind: 'withheld', to: NOWHERE, reason }).catch(() => undefined) // ended on purpose
      },
    })
  ).address.port
  const follower = new Follower()
  cluster().follow(follower, [port])
  await follower.until(() => follower.links.filter((link) => link !== null).length >= 2)
  expect(sessions).toBeGreaterThanOrEqual(2)
})
