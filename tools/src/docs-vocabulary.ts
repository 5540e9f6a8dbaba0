import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { describeSettings } from '@biplane/service'
import { REPOSITORY } from './app-process.ts'
import { type Page, parsePage } from './docs-markdown.ts'
import type { Vocabulary } from './docs-names.ts'
import { documentedMetrics } from './metrics-page.ts'

/** Every page that is ours to keep true, by its path from the repository's folder. */
export function readPages(): ReadonlyMap<string, Page> {
  const docs = readdirSync(join(REPOSITORY, 'docs')).filter((name) => name.endsWith('.md'))
  const paths = ['README.md', 'bench/README.md', ...docs.map((name) => `docs/${name}`)]
  return new Map(paths.map((path) => [path, parsePage(read(path))]))
}

export function exists(path: string): boolean {
  return existsSync(join(REPOSITORY, path))
}

/** What the repository has: package.json, the settings' table, the pages that are made from code, and the code itself. */
export function readVocabulary(): Vocabulary {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
  const files = listFiles()
  const names = new Set(files.map((path) => basename(path)))
  const code = files
    .filter((path) => CODE.test(path) && !TESTS.test(path))
    .map(read)
    .join('\n')
    .replaceAll("\\'", "'")
  return {
    commands: {
      scripts: new Set(Object.keys(scripts)),
      startOptions: new Set(words(/^\s+(--[a-z-]+)/gm, read('tools/src/start.ts'))),
      suites: new Set(words(/\{ name: '(\w+)'/g, read('tools/src/test.ts'))),
      biplane: readBiplane(read('docs/cli.md')),
    },
    settings: new Set(describeSettings().map(({ name }) => name)),
    metrics: new Set(documentedMetrics().keys()),
    exists,
    hasFileNamed: (name) => names.has(name),
    says: (text) => code.includes(text),
  }
}

/** docs/cli.md has a heading for each command and its options below. */
function readBiplane(reference: string): ReadonlyMap<string, ReadonlySet<string>> {
  const sections = reference.split(/^## /m).slice(1)
  return new Map(
    sections.map((section) => {
      const [heading = ''] = section.split('\n')
      const command = /^biplane (.*)$/.exec(heading)?.[1] ?? ''
      return [command, new Set(words(/(?<=^\s+(?:-\w, )?)(--?[a-z-]+)/gm, section))]
    }),
  )
}

const CODE = /\.(ts|mjs|proto|json|ya?ml)$|\/bin\/[\w-]+$|^Dockerfile$/
const TESTS = /\.(spec|contract|e2e)\.ts$|(^|\/)(fixtures?|gen)(\/|\.ts$)|^e2e\/|^package-lock/

/** Ours only: no packages, and nothing that was built or measured. */
const OTHERS = /(^|\/)(node_modules|dist|\.[^/]+)\//

function listFiles(): readonly string[] {
  const folders = ['apps', 'libs', 'tools', 'e2e', 'docker', 'bench', 'docs'].filter(exists)
  const filesIn = (folder: string, recursive: boolean) =>
    readdirSync(join(REPOSITORY, folder), { recursive, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(REPOSITORY, join(parentPath, name)))
  return [...filesIn('.', false), ...folders.flatMap((folder) => filesIn(folder, true))].filter(
    (path) => !OTHERS.test(path),
  )
}

function words(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, word = '']) => word)
}

function read(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8')
}
