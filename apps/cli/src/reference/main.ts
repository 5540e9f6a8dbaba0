import { writeFileSync } from 'node:fs'
import { referencePage } from './page.ts'

// Writes docs/cli.md: `npm run docs`.
writeFileSync(new URL('../../../../docs/cli.md', import.meta.url), referencePage())
