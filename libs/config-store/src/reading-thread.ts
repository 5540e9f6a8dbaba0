/**
 * A thread for reader.int.spec.ts: for every generation it is told, it pins views, reads them in full in two steps with
 * other work in between, and answers how each compares with its position.
 */
import { parentPort } from 'node:worker_threads'
import { modelOf, positionOf } from './fixtures.ts'
import type { GenerationAddress } from './generation-address.ts'
import { openReader } from './reader.ts'

const reader = openReader()
parentPort?.on('message', async (question: { generation: GenerationAddress; told: number } | null) => {
  if (question === null) {
    await reader.close()
    parentPort?.close()
    return
  }
  const view = reader.pin(question.generation)
  const first = modelOf(view)
  setImmediate(() => {
    const whole = positionOf(first, 0).hash === view.position.hash
    const steady = JSON.stringify([...first]) === JSON.stringify([...modelOf(view)])
    const found =
      view.lookup('keyauth_credentials', 'key', 'wandering') === `k${(view.position.revision + 1) % 5}`
    const current = view.position.revision >= question.told
    view.release()
    parentPort?.postMessage({ current, whole, steady, found })
  })
})
