import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { referencePage } from './page.ts'

it('docs/cli.md is what `npm run docs` writes', () => {
  const written = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8')
  expect(written).toBe(referencePage())
})
