import { readFileSync } from 'node:fs'
import { rules } from '@biplane/compat'
import { expect, it } from 'vitest'
import { compatPage } from './compat.ts'

const page = readFileSync(new URL('../../../../docs/compat.md', import.meta.url), 'utf8')

it('the rules in docs/compat.md are those that run: `npm run docs` writes them', () => {
  expect(compatPage(page)).toBe(page)
})

it('the page tells of every rule, whatever stood there before', () => {
  const written = compatPage(
    '# Head\n<!-- rules: written by `npm run docs` -->\nold\n<!-- end of rules -->\nfoot\n',
  )
  expect(written.split('\n').filter((line) => line.startsWith('| `'))).toHaveLength(rules.length)
  expect([written.startsWith('# Head\n'), written.endsWith('\nfoot\n')]).toEqual([true, true])
  expect(written).not.toContain('\nold\n')
})
