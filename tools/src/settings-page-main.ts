import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY } from './app-process.ts'
import { settingsPage } from './settings-page.ts'

// Writes docs/settings.md: `npm run docs`.
writeFileSync(join(REPOSITORY, 'docs', 'settings.md'), settingsPage())
