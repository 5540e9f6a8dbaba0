import type { MessagePort } from 'node:worker_threads'
import type { Reader } from '@biplane/config-store'
import type { Violation } from '@biplane/protocol'
import type { Cut, Engine } from '../engine/engine.ts'
import type { KeptThings } from '../facilities/kept-things.ts'
import type { RuntimeSwitch } from '../runtime/runtime-switch.ts'
import type { Ask, FromWorker, ToWorker } from './messages.ts'

/** What plugins have to bring to an end gets at least this long after the last request. */
const LAST_WORDS_MS = 300

/**
 * Answers the main thread, one ask after the other. What throws here ends the worker: it is replaced by a sound one.
 *
 * @param told of what a drain had to cut
 */
export function answerAsks(
  main: MessagePort,
  runtimes: RuntimeSwitch,
  engine: Pick<Engine, 'close'>,
  reader: Reader,
  kept: KeptThings,
  told: (cut: Cut) => void,
): void {
  const answer = async (asked: Ask): Promise<readonly Violation[]> => {
    switch (asked.op) {
      case 'compile':
        return runtimes.prepareChanges(asked.changes)
      case 'load':
        return runtimes.prepareGeneration(asked.generation)
      case 'swap':
        runtimes.swap(asked.generation, asked.position)
        return []
      case 'discard':
        runtimes.discard()
        return []
      case 'drain':
        await reader.close()
        return []
    }
  }
  /** A drain begins whatever is under way; only its end waits. */
  const begin = async (asked: Ask): Promise<void> => {
    if (asked.op !== 'drain') return
    runtimes.giveUp()
    const endsAt = performance.now() + asked.graceMs
    told(await engine.close(asked.graceMs))
    await kept.close(Math.max(LAST_WORDS_MS, endsAt - performance.now()))
  }
  let last: Promise<void> = Promise.resolve()
  main.on('message', (asked: ToWorker) => {
    if ('health' in asked) return
    const begun = begin(asked)
    last = last.then(async () => {
      await begun
      const reply: FromWorker = { kind: 'reply', ask: asked.ask, errors: await answer(asked) }
      main.postMessage(reply)
    })
    last.catch((error: unknown) => {
      // Outside the promise, so that the thread ends with this error.
      setImmediate(() => {
        throw error
      })
    })
  })
}
