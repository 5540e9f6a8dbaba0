import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { REPOSITORY } from './app-process.ts'
import { settingsPage } from './settings-page.ts'

it('docs/settings.md is what `npm run docs` writes', () => {
  expect(readFileSync(join(REPOSITORY, 'docs', 'settings.md'), 'utf8')).toBe(settingsPage())
})
