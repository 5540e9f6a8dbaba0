import { cpSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { copyPackages } from './package-closure.ts'

// `node ../../tools/src/bundle.ts ENTRY… [FOLDER…]` in the folder of an app: writes dist/, which needs nothing but node: the
// packages that cannot be bundled are copied into it, and so are folders whose files the app serves as they are.

/** Packages with binaries of their own: they are installed where the app runs. */
const EXTERNAL = ['lmdb']

/** CommonJS packages inside an ES module ask for these. */
const BANNER = `import { createRequire as __createRequire } from 'node:module'
const require = __createRequire(import.meta.url)`

const given = process.argv.slice(2)
const folders = given.filter((path) => statSync(path).isDirectory())
const entries = given.filter((path) => !folders.includes(path))
rmSync('dist', { recursive: true, force: true })
const { metafile } = await build({
  metafile: true,
  entryPoints: Object.fromEntries(
    entries.map((entry) => [entry.replace(/^.*\/|\.ts$/g, ''), join(process.cwd(), entry)]),
  ),
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  // Kept: the names in stack traces and of error classes are what an operator reads.
  keepNames: true,
  sourcemap: 'linked',
  external: EXTERNAL,
  banner: { js: BANNER },
  logLevel: 'warning',
})

for (const folder of folders) cpSync(folder, join('dist', basename(folder)), { recursive: true })
writeFileSync('dist/package.json', '{ "type": "module" }\n')
const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
const needed = EXTERNAL.filter((name) =>
  imports.some(({ path, external }) => external === true && path === name),
)
copyPackages(needed, process.cwd(), 'dist')
