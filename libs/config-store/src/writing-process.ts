/**
 * A process for kill.int.spec.ts: opens the store named by its argument, encrypted for the keys named by the next one, and goes on with the fixed history from where
 * that stands, by deltas and now and then by a snapshot, until it is killed. Prints what it found, then each revision once
 * it is stored.
 */
import type { Position } from '@biplane/protocol'
import { changed, entitiesOf, LOOKUPS, modelAt, modelOf, positionOf, stepAt } from './fixtures.ts'
import { fromTexts } from './key-text.ts'
import { openStore } from './open-store.ts'

const log = { info: () => undefined, warn: print, error: print }
const [, , directory = '', keys = '[]'] = process.argv
const encryption = { on: keys !== '[]', keys: fromTexts(JSON.parse(keys)) }
const store = await openStore({ directory, lookups: LOOKUPS, encryption, log })
let model = modelAt(store.position.revision)
const expected = JSON.stringify([...model].sort())
print({ found: store.position.revision, whole: JSON.stringify([...modelOf(store)].sort()) === expected })
for (let revision = store.position.revision + 1; ; revision++) {
  model = changed(model, stepAt(revision))
  const to = positionOf(model, revision)
  const outcome =
    revision % 4 === 0 ? await snapshot(to) : store.applyDelta(store.position, to, stepAt(revision))
  print(outcome.kind === 'stored' ? revision : outcome)
}

async function snapshot(to: Position) {
  const writer = store.beginSnapshot(to)
  for (const change of entitiesOf(model)) writer.write(change)
  const sealed = await writer.seal()
  const outcome = sealed.kind === 'sealed' ? await writer.activate() : sealed
  await store.removeOldGenerations()
  return outcome
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
