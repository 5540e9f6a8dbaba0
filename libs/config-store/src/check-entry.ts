/** The child process of check.ts: reads the generation named by its arguments and prints what it found. */
import { openTree } from './tree.ts'
import { type Finding, walk } from './walk.ts'

const [, , directory = '', extent] = process.argv
process.stdout.write(JSON.stringify(examine()))

function examine(): Finding {
  try {
    return walk(openTree(directory, true), extent === 'probe' ? 'probe' : 'all')
  } catch (error) {
    return { kind: 'damaged', reason: error instanceof Error ? error.message : String(error) }
  }
}
