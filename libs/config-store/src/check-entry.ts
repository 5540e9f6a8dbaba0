/** The child process of check.ts: reads the generation named by its arguments and prints what it found. */
import { json } from 'node:stream/consumers'
import { fromText } from './key-text.ts'
import { openTree } from './tree.ts'
import { type Finding, walk } from './walk.ts'

const [, , directory = '', extent] = process.argv
const { key } = (await json(process.stdin)) as { readonly key: string | null } // check.ts writes it
process.stdout.write(JSON.stringify(examine()))

function examine(): Finding {
  try {
    const tree = openTree({ directory, key: key === null ? null : fromText(key) }, true)
    return walk(tree, extent === 'probe' ? 'probe' : 'all')
  } catch (error) {
    return { kind: 'damaged', reason: error instanceof Error ? error.message : String(error) }
  }
}
