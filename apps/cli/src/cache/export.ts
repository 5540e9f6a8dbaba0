import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type Exported,
  type ExportOptions,
  exportStore,
  isEncrypted,
  type NotCopied,
  type OnProgress,
  StoppedFromOutside,
  type StoreKey,
  storeKeyOf,
} from '@biplane/config-store'
import { EXIT } from '../frame/exit-code.ts'
import { Failure } from '../frame/failure.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { findStore } from './find-store.ts'

export async function exportCache(
  session: Session,
  options: { readonly from?: string; readonly forKey?: string },
  dir: string,
): Promise<Outcome> {
  const from = findStore(session, options.from)
  const to = resolve(dir)
  const keys = keysFor(session, from, options.forKey)
  const { position, entities, bytes } = await withProgress(session, from, to, keys)
  const encrypted = isEncrypted(to)
  const { epoch, revision, hash } = position
  return {
    json: { from, directory: to, epoch, revision, hash, entities, bytes, encrypted },
    text: [
      `Copied revision ${revision} of ${from} to ${to}.`,
      `${entities === 1 ? '1 entity' : `${count(entities)} entities`}, ${megabytes(bytes)}, hash ${hash} verified.`,
      ...(encrypted ? ['It is encrypted: who starts with it needs the private key it was made for.'] : []),
      'A data plane starts with it as the dbless.lmdb under its prefix, or where lmdb_environment_path says.',
    ],
  }
}

/** Keys are asked for only where they are needed: a plain config is copied without any settings. */
function keysFor(session: Session, from: string, forKey?: string): Pick<ExportOptions, 'keys' | 'wrapFor'> {
  const wrapFor = forKey === undefined ? {} : { wrapFor: [keyIn(forKey)] }
  if (!isEncrypted(from)) return wrapFor
  const settings = session.someSettings('dataplane', ['cluster_cert_key', 'cluster_cert_key_previous'])
  const { cluster_cert_key, cluster_cert_key_previous } = settings
  return { keys: [cluster_cert_key, ...cluster_cert_key_previous].map(storeKeyOf), ...wrapFor }
}

/** @throws Failure where the file holds no private key */
function keyIn(file: string): StoreKey {
  try {
    return storeKeyOf(readFileSync(file, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Failure(`--for-key names no private key: ${reason}`, { exitCode: EXIT.usage, cause })
  }
}

/** @throws Failure when there is no copy */
async function withProgress(
  session: Session,
  from: string,
  to: string,
  keys: Pick<ExportOptions, 'keys' | 'wrapFor'>,
): Promise<Exported> {
  const written = Promise.withResolvers<void>()
  let onProgress: OnProgress = () => undefined
  const exporting = exportStore({
    from,
    to,
    ...keys,
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
