import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY } from './app-process.ts'

// `npm test`: unit, integration and end-to-end tests; the last line counts what really ran. `npm test -- unit` runs one sort.
const SUITES = [
  { name: 'unit', command: ['nx', 'run-many', '-t', 'test', '--parallel=2', '--outputStyle=static'] },
  { name: 'int', command: ['nx', 'run-many', '-t', 'test-int', '--parallel=2', '--outputStyle=static'] },
  { name: 'e2e', command: ['nx', 'run', '@biplane/e2e:e2e', '--outputStyle=static'] },
]
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !SUITES.some((suite) => suite.name === name))
if (unknown.length > 0) {
  process.stderr.write(
    `no such tests: ${unknown.join(', ')}; there are ${SUITES.map(({ name }) => name).join(', ')}\n`,
  )
  process.exit(2)
}

let failedSuites = 0
const total = { passed: 0, failed: 0, skipped: 0 }
for (const { name, command } of SUITES.filter(
  (suite) => wanted.length === 0 || wanted.includes(suite.name),
)) {
  process.stdout.write(`\n== ${name}\n`)
  for (const file of resultFiles(name)) rmSync(file)
  const { status } = spawnSync('npx', ['--no-install', ...command], {
    cwd: REPOSITORY,
    stdio: 'inherit',
    env: { ...process.env, NX_TUI: 'false' },
  })
  if (status !== 0) failedSuites += 1
  for (const file of resultFiles(name)) count(file)
}
// A file that cannot even be loaded fails no test, yet it must fail the run.
if (failedSuites > 0 && total.failed === 0) total.failed = failedSuites
process.stdout.write(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`,
)
process.exit(failedSuites > 0 || total.failed > 0 || total.passed === 0 ? 1 : 0)

function resultFiles(name: string): string[] {
  const projects = ['apps', 'libs'].flatMap((root) =>
    readdirSync(join(REPOSITORY, root)).map((project) => join(root, project)),
  )
  return [...projects, 'tools', 'e2e', 'bench']
    .map((project) => join(REPOSITORY, project, '.results', `${name}.json`))
    .filter((file) => existsSync(file))
}

function count(file: string): void {
  const result: { numPassedTests: number; numFailedTests: number; numPendingTests: number } = JSON.parse(
    readFileSync(file, 'utf8'),
  )
  total.passed += result.numPassedTests
  total.failed += result.numFailedTests
  total.skipped += result.numPendingTests
}
