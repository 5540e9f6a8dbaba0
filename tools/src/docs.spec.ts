import { expect, it } from 'vitest'
import { brokenLinks } from './docs-links.ts'
import { unknownNames } from './docs-names.ts'
import { exists, readPages, readVocabulary } from './docs-vocabulary.ts'

const pages = readPages()

it('every relative link of the documentation leads somewhere', () => {
  expect(brokenLinks(pages, exists)).toEqual([])
})

it('every command, setting, metric, file and message that the documentation names exists', () => {
  const vocabulary = readVocabulary()
  // docs/cli.md and docs/settings.md are made from the code, and tested to be what it makes.
  const written = [...pages].filter(([path]) => !['docs/cli.md', 'docs/settings.md'].includes(path))
  expect(written.flatMap(([path, page]) => unknownNames(path, page, vocabulary))).toEqual([])
})
