import { readFileSync, writeFileSync } from 'node:fs'
import { compatPage } from './compat.ts'
import { referencePage } from './page.ts'

// Writes docs/cli.md, and the rules in docs/compat.md: `npm run docs`.
const docs = new URL('../../../../docs/', import.meta.url)
writeFileSync(new URL('cli.md', docs), referencePage())
const compat = new URL('compat.md', docs)
writeFileSync(compat, compatPage(readFileSync(compat, 'utf8')))
