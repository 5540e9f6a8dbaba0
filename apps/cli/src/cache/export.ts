import { resolve } from 'node:path'
import {
  type Exported,
  exportStore,
  type NotCopied,
  type OnProgress,
  StoppedFromOutside,
} from '@biplane/config-store'
import { Failure } from '../frame/failure.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { findStore } from './find-store.ts'

export async function exportCache(
  session: Session,
  options: { readonly from?: string },
  dir: string,
): Promise<Outcome> {
  const from = findStore(session, options.from)
  const to = resolve(dir)
  const { position, entities, bytes } = await withProgress(session, from, to)
  const { epoch, revision, hash } = position
  return {
    json: { from, directory: to, epoch, revision, hash, entities, bytes },
    text: [
      `Copied revision ${revision} of ${from} to ${to}.`,
      `${entities === 1 ? '1 entity' : `${count(entities)} entities`}, ${megabytes(bytes)}, hash ${hash} verified.`,
      'A data plane starts with it as the dbless.lmdb under its prefix, or where lmdb_environment_path says.',
    ],
  }
}

/** @throws Failure when there is no copy */
async function withProgress(session: Session, from: string, to: string): Promise<Exported> {
  const written = Promise.withResolvers<void>()
  let onProgress: OnProgress = () => undefined
  const exporting = exportStore({
    from,
    to,
    onProgress: (entities, total) => onProgress(entities, total),
    onWritten: written.resolve,
    signal: session.signal,
  }).then(orFail, explain)
  exporting.catch(() => undefined) // told by the steps, which may begin later
  await session.steps([
    {
      title: `Copy ${from}`,
      async run(tell) {
        onProgress = sparsely(tell)
        await Promise.race([written.promise, exporting])
        return undefined
      },
    },
    {
      title: 'Verify the copy',
      async run() {
        await exporting
        return undefined
      },
    },
  ])
  return await exporting
}

function orFail(outcome: Exported | NotCopied): Exported {
  if (outcome.kind === 'exported') return outcome
  throw new Failure(`nothing was copied: ${outcome.message}`)
}

function explain(error: unknown): never {
  if (!(error instanceof StoppedFromOutside)) throw error
  throw new Failure(`nothing was copied: ${error.message}`, {
    details: ['somebody killed it, or the system for lack of memory: try again'],
    cause: error,
  })
}

const TELL_EVERY_MS = 1000

/** Not each time: where nothing is redrawn, each is a line. */
function sparsely(tell: (line: string) => void): OnProgress {
  let toldAt = performance.now()
  return (entities, total) => {
    const now = performance.now()
    if (now - toldAt < TELL_EVERY_MS) return
    toldAt = now
    tell(`${count(entities)} of ${count(total)} entities`)
  }
}

const count = (number: number): string => number.toLocaleString('en')

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
