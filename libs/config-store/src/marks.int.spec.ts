import { closeSync, mkdirSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { RunningMarks, readMarks } from './marks.ts'
import { storeDirectory } from './test-store.ts'

/** Makes every further write of the marks fail, as a failing disk does. */
function breakFile(directory: string): void {
  const descriptors = readdirSync('/proc/self/fd').map(Number)
  const ours = descriptors.filter((descriptor) => targetOf(descriptor) === join(directory, 'marks'))
  for (const descriptor of ours) closeSync(descriptor)
  expect(ours).toHaveLength(1)
}

function targetOf(descriptor: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return '' // closed meanwhile, such as that of the listing itself
  }
}

it.skipIf(process.platform !== 'linux')(
  'a mark that cannot be taken back does not undo what was written',
  () => {
    const directory = storeDirectory()
    mkdirSync(directory)
    const marks = new RunningMarks(directory, readMarks(directory))
    marks.writing()
    breakFile(directory)
    expect(() => marks.written()).not.toThrow()
    expect(() => marks.replaced()).not.toThrow()
    expect(() => marks.writing()).toThrow('EBADF')
    expect(readMarks(directory).diedWriting).toBe(1)
  },
)
