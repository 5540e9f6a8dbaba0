/** The child process of export-store.ts and examine-store.ts: reads the store of another process, and may die of it. */
import { copyConfig } from './copy-config.ts'
import { messageOf, openActive } from './open-active.ts'
import { type Finding, walk } from './walk.ts'

const [, , task = '', from = '', argument = ''] = process.argv
if (task === 'copy')
  tell(await copyConfig(from, argument, (entities, total) => tell({ kind: 'progress', entities, total })))
else tell(examine(argument === 'probe' ? 'probe' : 'all'))

function examine(extent: 'all' | 'probe'): Finding {
  const opened = openActive(from)
  if (opened.kind === 'missing') return { kind: 'damaged', reason: 'store.json is missing' }
  if (opened.kind === 'unusable') return { kind: 'damaged', reason: opened.reason }
  try {
    return walk(opened.generation.tree, extent)
  } catch (error) {
    return { kind: 'damaged', reason: messageOf(error) }
  }
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
