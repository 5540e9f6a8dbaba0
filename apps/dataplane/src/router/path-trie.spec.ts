import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alongPath, changedAt, type PathTrie } from './path-trie.ts'

const texts = fc.string({ unit: fc.constantFrom('/', 'a', 'b'), maxLength: 6 })

describe('PathTrie', () => {
  it('finds all texts that a path begins with, shortest first, and earlier tries stay as they were', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(texts, fc.option(fc.nat())), { maxLength: 30 }),
        fc.array(texts),
        (steps, paths) => {
          let trie: PathTrie<number> | null = null
          const model = new Map<string, number>()
          const versions: [PathTrie<number> | null, [string, number][]][] = []
          for (const [text, value] of steps) {
            trie = changedAt(trie, text, () => value)
            if (value === null) model.delete(text)
            else model.set(text, value)
            versions.push([trie, [...model]])
          }
          for (const [version, entries] of versions)
            for (const path of paths) {
              const found: [number, number][] = []
              alongPath(version, path, (value, length) => found.push([length, value]))
              const expected = entries
                .filter(([text]) => path.startsWith(text))
                .map(([text, value]) => [text.length, value])
                .toSorted(([a = 0], [b = 0]) => a - b)
              expect(found).toEqual(expected)
            }
        },
      ),
    )
  })

  it('is nothing once nothing stands in it', () => {
    const one = changedAt(
      changedAt<number>(null, '/ab', () => 1),
      '/ac',
      () => 2,
    )
    const none = changedAt(
      changedAt(one, '/ab', () => null),
      '/ac',
      () => null,
    )
    expect(none).toBeNull()
  })
})
