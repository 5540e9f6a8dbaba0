import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { copyPackages } from './package-closure.ts'

// `node ../../tools/src/bundle.ts ENTRY…` in the folder of an app: writes dist/, which needs nothing but node: the
// packages that cannot be bundled are copied into it.

/** Packages with binaries of their own: they are installed where the app runs. */
const EXTERNAL = ['lmdb']

/** CommonJS packages inside an ES module ask for these. */
const BANNER = `import { createRequire as __createRequire } from 'node:module'
const require = __createRequire(import.meta.url)`

const entries = process.argv.slice(2)
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

writeFileSync('dist/package.json', '{ "type": "module" }\n')
const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
const needed = EXTERNAL.filter((name) =>
  imports.some(({ path, external }) => external === true && path === name),
)
copyPackages(needed, process.cwd(), 'dist')
