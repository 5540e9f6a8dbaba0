import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { REPOSITORY } from './app-process.ts'
import { broken } from './import-graph.ts'

// Fails when a file imports what the architecture forbids: `node tools/src/import-rules.ts`.
const files = ['apps', 'libs', 'e2e', 'tools', 'bench'].flatMap((root) =>
  readdirSync(join(REPOSITORY, root), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/(^|\/)(node_modules|\.[^/]+)\//.test(path))
    .map((path) =>
      relative(REPOSITORY, join(REPOSITORY, root, path))
        .split(sep)
        .join('/'),
    ),
)
const violations = files.flatMap((file) => broken(file, readFileSync(join(REPOSITORY, file), 'utf8')))
for (const violation of violations) process.stderr.write(`${violation}\n`)
process.stdout.write(`import rules: ${files.length} files, ${violations.length} violations\n`)
process.exit(violations.length === 0 ? 0 : 1)
