import { cpSync, existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** The folders of a package and of everything it needs at run time, as far as this platform has it, by package name. */
export function packageClosure(name: string, from: string): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (wanted: string, parent: string): void => {
    const folder = folderOf(wanted, parent)
    if (folder === undefined || found.has(wanted)) return
    found.set(wanted, folder)
    const { dependencies, optionalDependencies }: Manifest = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    )
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) visit(needed, folder)
  }
  visit(name, from)
  return found
}

/** Copies what runs of the closure of each package into `target/node_modules`. */
export function copyPackages(names: readonly string[], from: string, target: string): void {
  for (const name of names) {
    for (const [needed, folder] of packageClosure(name, from)) {
      cpSync(folder, join(target, 'node_modules', needed), {
        recursive: true,
        dereference: true,
        filter: (path) => isForRunning(basename(path)) && isForThisNode(basename(path)),
      })
    }
  }
}

/** Not sources of binaries, types, source maps and manuals. A licence goes with what it is for. */
function isForRunning(file: string): boolean {
  return !/\.(c|cc|cpp|h|hpp|gyp|gypi|map|md|d\.c?ts)$/.test(file) || /^licen[cs]e/i.test(file)
}

/** A prebuilt binary tells in its name which C library and which Node it is for: `node.abi127.musl.node`. */
function isForThisNode(file: string): boolean {
  if (!file.endsWith('.node')) return true
  const [, abi] = /\.abi(\d+)\./.exec(file) ?? []
  const otherLibc = isGlibc() ? '.musl.' : '.glibc.'
  return !file.includes(otherLibc) && (abi === undefined || abi === process.versions.modules)
}

function isGlibc(): boolean {
  const report = process.report.getReport()
  return process.platform === 'linux' && 'header' in report && 'glibcVersionRuntime' in Object(report.header)
}

/** Node's own search, since a package need not export its package.json. Undefined for one that this platform lacks. */
function folderOf(name: string, from: string): string | undefined {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? []
  return places.map((place) => join(place, name)).find((folder) => existsSync(join(folder, 'package.json')))
}
