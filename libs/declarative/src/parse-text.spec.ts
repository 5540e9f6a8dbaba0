import { describe, expect, it } from 'vitest'
import { context, registry } from './fixtures/world.ts'
import { parseText } from './parse-text.ts'

describe('parseText', () => {
  it.each([
    [
      'a line that is no YAML',
      '_format_version: "3.0"\nservices:\n  - name: [a\n',
      /^it cannot be read: 4:1: /,
    ],
    ['a text that is no object', 'hello', /^it cannot be read: expected an object$/],
    [
      'an entity and its field',
      '_format_version: "3.0"\nservices:\n  - name: a\n    host: a.test\n  - name: b\n',
      /^it is not valid:\nin 'services':\n {2}- in entry 2 of 'services':\n {4}in 'host': required field missing$/,
    ],
  ])('names %s', async (_, text, problem) => {
    expect(await parseText(text, registry, context)).toEqual({ problem: expect.stringMatching(problem) })
  })

  it('gives what a valid text declares', async () => {
    const text = '_format_version: "3.0"\nservices:\n  - name: a\n    host: a.test\n'
    const outcome = await parseText(text, registry, context)
    expect('draft' in outcome && outcome.draft.entities.map(({ entity }) => entity.name)).toEqual(['a'])
  })
})
