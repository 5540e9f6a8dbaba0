import { describe, expect, it } from 'vitest'
import { brokenLinks } from './docs-links.ts'
import { parsePage } from './docs-markdown.ts'
import { unknownNames, type Vocabulary } from './docs-names.ts'

const CODE = `
  resource(app, '/status/ready', …)
  collection: 'services'
  log.warn({ reason }, 'the database does not answer: it is tried again')
  log.info(\`stored a \${kind} of \${bytes} bytes\`)
  sync_status
`
const vocabulary: Vocabulary = {
  commands: {
    scripts: new Set(['start', 'test', 'bench:sync']),
    startOptions: new Set(['--fresh', '--home']),
    suites: new Set(['unit', 'e2e']),
    biplane: new Map([
      ['', new Set(['--json'])],
      ['nodes', new Set(['--watch'])],
      ['cache export', new Set(['--from'])],
    ]),
  },
  settings: new Set(['pg_host', 'pg_password', 'cluster_mtls', 'database']),
  metrics: new Set(['biplane_revision', 'biplane_apply_seconds']),
  exists: (path) => ['tools/src/start.ts', 'docs', 'tools/src'].includes(path),
  hasFileNamed: (name) => name === 'nx.json',
  says: (text) => CODE.includes(text),
}
const problems = (markdown: string) => unknownNames('page.md', parsePage(markdown), vocabulary)
const inShell = (line: string) => problems(`\`\`\`sh\n${line}\n\`\`\``)

describe('a name that exists is let be:', () => {
  it.each([
    ['a script', 'npm run bench:sync -- --routes 10'],
    ['npm start and its options', 'npm start -- --fresh --home /tmp/x'],
    ['a suite', 'npm test -- unit'],
    ['a biplane command and its options', 'npx biplane cache export --from=/a /b --json'],
    ['biplane after variables', 'KONG_PG_HOST=db KONG_PG_PASSWORD_FILE=/s biplane nodes --watch 2>&1 | cat'],
    ['a file', 'node tools/src/start.ts'],
    ['what others offer', 'curl -i http://localhost:8000/echo --no-progress'],
  ])('%s', (_, line) => {
    expect(inShell(line)).toEqual([])
    expect(problems(`\`${line}\``)).toEqual([])
  })

  it.each([
    ['a setting', 'pg_host'],
    ['a setting with a value', 'cluster_mtls=shared'],
    ['a field', 'sync_status'],
    ['a metric and its parts', 'biplane_apply_seconds_bucket'],
    ['a path', '/status/ready'],
    ['a path of entities, with its verb', 'GET /services/echo'],
    ['a message', 'the database does not answer: it is tried again'],
    ['a message that differs from case to case', 'stored a … of … bytes'],
    ['any biplane command', 'biplane COMMAND --help'],
    ['any setting', 'KONG_*'],
    ['a file by its name', 'nx.json'],
    ['any file of a folder', 'tools/src/NAME.ts'],
    ['two words', 'sync protocol'],
    ['a piece of a document', 'capabilities: {drop: [ALL]}'],
  ])('%s', (_, span) => {
    expect(problems(`\`${span}\``)).toEqual([])
  })
})

describe('a name that nothing has is told:', () => {
  it.each([
    ['a script', 'npm run banch', "package.json has no script 'banch'"],
    ['an option of npm start', 'npm start -- --frsh', "npm start takes no '--frsh'"],
    ['a suite', 'npm test -- unti', "npm test takes no 'unti'"],
    ['a biplane command', 'npx biplane cache import', "biplane has no command 'cache import'"],
    ['an option of it', 'cd x && biplane nodes --from a', "biplane nodes takes no '--from'"],
    ['a variable', 'KONG_PG_HORST=db node x.ts', 'there is no setting pg_horst'],
    ['a file', 'node tools/src/strat.ts', 'there is no tools/src/strat.ts'],
    ['a metric', 'curl x | grep biplane_revisions', 'docs/metrics.md does not tell of biplane_revisions'],
  ])('%s', (_, line, problem) => {
    expect(inShell(line)).toEqual([`page.md:2: ${line}: ${problem}`])
    expect(problems(`\`${line}\``)).toEqual([`page.md:1: ${line}: ${problem}`])
  })

  it.each([
    ['a setting with a value', 'cluster_tls=shared', 'there is no setting cluster_tls'],
    ['a field or setting', 'pg_hosts', 'neither a setting nor anything in our code'],
    ['a path', '/stats/ready', 'no app answers at /stats'],
    ['a file by its name', 'nix.json', 'there is no such file'],
    ['any file of a folder that is not there', 'tools/source/NAME.ts', 'there is no tools/source/NAME.ts'],
    ['a message', 'the database does answer', 'our code says no such thing'],
    ['a part of a message', 'stored a … of … byte(s)', 'our code says no such thing'],
  ])('%s', (_, span, problem) => {
    expect(problems(`\`${span}\``)).toEqual([`page.md:1: ${span}: ${problem}`])
  })
})

describe('a link', () => {
  const pages = new Map([
    ['README.md', parsePage('# Top\n[a](docs/a.md#part) [b](#top) [c](https://x.y) [d](docs/)')],
    [
      'docs/a.md',
      parsePage('## Part\n[up](../README.md#top) [none](b.md) [bad](#pert) [out](../../etc) [code](x.ts#L1)'),
    ],
  ])
  const exists = (path: string) => ['docs/a.md', 'README.md', 'docs/', 'docs/x.ts'].includes(path)

  it.each([
    ['to no file', 'docs/a.md:2: b.md: there is no such file'],
    ['to no heading', 'docs/a.md:2: #pert: that page has no heading #pert'],
    ['out of the repository', 'docs/a.md:2: ../../etc: it points out of the repository'],
    ['to a line of a file', 'docs/a.md:2: x.ts#L1: only pages have headings to point at'],
  ])('%s is told', (_, problem) => {
    expect(brokenLinks(pages, exists)).toContain(problem)
  })

  it('that leads somewhere is let be', () => {
    expect(brokenLinks(pages, exists)).toHaveLength(4)
  })
})
