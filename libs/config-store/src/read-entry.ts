/** The child process of export-store.ts and examine-store.ts: reads the store of another process, and may die of it. */
import { json } from 'node:stream/consumers'
import { copyConfig } from './copy-config.ts'
import { fromTexts, type StoreKeyText } from './key-text.ts'
import { messageOf, openActive } from './open-active.ts'
import { type Finding, walk } from './walk.ts'

/** What it is told on its standard input. */
export interface ReadInput {
  readonly keys: readonly StoreKeyText[]
  readonly wrapFor: readonly StoreKeyText[] | null
}

const [, , task = '', from = '', argument = ''] = process.argv
const input = (await json(process.stdin)) as ReadInput // written by those two, typed the same
const keys = fromTexts(input.keys)
const wrapFor = input.wrapFor === null ? null : fromTexts(input.wrapFor)
if (task === 'copy')
  tell(
    await copyConfig(from, argument, { keys, wrapFor }, (entities, total) =>
      tell({ kind: 'progress', entities, total }),
    ),
  )
else tell(examine(argument === 'probe' ? 'probe' : 'all'))

function examine(extent: 'all' | 'probe'): Finding {
  const opened = openActive(from, keys)
  if (opened.kind === 'missing') return { kind: 'damaged', reason: 'store.json is missing' }
  if (opened.kind !== 'open') return { kind: 'damaged', reason: opened.reason }
  try {
    return walk(opened.generation.tree, extent)
  } catch (error) {
    return { kind: 'damaged', reason: messageOf(error) }
  }
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
