import { describe, expect, it } from 'vitest'
import { describeErrors } from './describe-errors.ts'
import { errorTree } from './error-tree.ts'
import { refused } from './fixtures/world.ts'

describe('the errors of a document for people', () => {
  it('are lines that lead to the place', async () => {
    const { faults } = await refused({
      bogus: 1,
      services: [
        { name: 'a', host: 'h.test' },
        { name: 'b', routes: [{ paths: ['x'] }] },
      ],
    })
    expect(describeErrors(errorTree(faults))).toBe(
      [
        "in 'bogus': unknown field",
        "in 'services':",
        "  - in entry 2 of 'services':",
        "    in 'host': required field missing",
        "    in 'routes':",
        "      - in entry 1 of 'routes':",
        "        in 'paths':",
        "          - in entry 1 of 'paths': should start with: / (fixed path) or ~/ (regex path)",
      ].join('\n'),
    )
  })
})
