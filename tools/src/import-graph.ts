/** Which of our packages each may import, and which packages it may use for input and output. The architecture as data. */
interface Rule {
  /** A path prefix; the longest that fits a file is its rule. */
  readonly at: string
  readonly mayImport: readonly string[]
  /** No I/O packages and no I/O modules of Node. */
  readonly pure?: true
  /** Path fragments of our packages that are forbidden though the package itself is allowed. */
  readonly except?: readonly string[]
}

const RULES: readonly Rule[] = [
  { at: 'libs/entities/', mayImport: [], pure: true },
  { at: 'libs/declarative/', mayImport: ['entities'], pure: true },
  { at: 'libs/protocol/', mayImport: ['entities'], pure: true },
  { at: 'libs/protocol/src/stream/', mayImport: ['entities', 'service'] },
  { at: 'libs/protocol/src/gen/', mayImport: [] },
  { at: 'libs/compat/', mayImport: ['entities', 'protocol'], pure: true },
  { at: 'libs/plugins/', mayImport: ['entities'] },
  { at: 'libs/service/', mayImport: [] },
  { at: 'libs/database/', mayImport: ['entities', 'protocol', 'service'] },
  { at: 'libs/config-store/', mayImport: ['entities', 'protocol', 'service'] },
  {
    at: 'apps/admin-api/',
    mayImport: ['compat', 'database', 'declarative', 'entities', 'plugins', 'protocol', 'service'],
    except: ['plugins/handlers'],
  },
  { at: 'apps/sync-hub/', mayImport: ['compat', 'config-store', 'entities', 'protocol', 'service'] },
  {
    at: 'apps/dataplane/',
    mayImport: ['config-store', 'declarative', 'entities', 'plugins', 'protocol', 'service'],
  },
  { at: 'apps/dataplane/src/router/', mayImport: ['entities', 'plugins', 'protocol'], pure: true },
  { at: 'apps/dataplane/src/balancer/', mayImport: ['entities', 'protocol'], pure: true },
  { at: 'apps/dataplane/src/health/', mayImport: ['entities', 'protocol'], pure: true },
  {
    at: 'apps/cli/',
    mayImport: [
      'compat',
      'config-store',
      'database',
      'declarative',
      'entities',
      'plugins',
      'protocol',
      'service',
    ],
    except: ['plugins/handlers'],
  },
  { at: 'tools/', mayImport: ['service'] },
  { at: 'e2e/', mayImport: ['tools'] },
  { at: 'bench/', mayImport: ['e2e', 'tools', 'config-store', 'dataplane', 'entities', 'protocol'] },
]

/** Beyond these, specs may use the embedded database and, to check laws across libraries, any pure library. */
const FOR_SPECS = ['tools', 'entities', 'protocol', 'plugins', 'service']

const IO_MODULES =
  /^(node:(fs|net|http|https|http2|tls|dgram|dns|child_process|worker_threads|cluster)(\/|$)|fastify|pg$|kysely|lmdb|@grpc\/|http-proxy|pino|ioredis)/

/** What of `node:net` only computes. */
const PURE_NAMES = /^\{\s*((isIP|isIPv4|isIPv6|BlockList)\s*,?\s*)+\}$/

/** One sentence for every import of `source` that the rules forbid; empty when there is none. */
export function broken(file: string, source: string): string[] {
  const rule = RULES.filter(({ at }) => file.startsWith(at)).sort((a, b) => b.at.length - a.at.length)[0]
  if (rule === undefined) return [`${file}: no import rule covers this folder`]
  const isSpec =
    !file.startsWith('e2e/') && /\.(spec|contract|e2e)\.ts$|\/fixtures?[./]|\/conformance\//.test(file)
  return imports(source).flatMap(({ specifier, typeOnly, names }) => {
    if (PURE_NAMES.test(names) && specifier === 'node:net') return []
    const reason = forbidden(rule, specifier, file, isSpec, typeOnly)
    return reason === undefined ? [] : [`${file}: imports '${specifier}', ${reason}`]
  })
}

function forbidden(
  rule: Rule,
  specifier: string,
  file: string,
  isSpec: boolean,
  typeOnly: boolean,
): string | undefined {
  if (specifier.startsWith('.')) {
    const depth = file.split('/').length - file.split('/').indexOf('src') - 1
    const up = specifier.split('/').filter((part) => part === '..').length
    const leaves = file.includes('/src/') && up >= depth && !specifier.endsWith('.json')
    return leaves ? 'which reaches out of the package by a relative path' : undefined
  }
  if (specifier.startsWith('@biplane/')) return forbiddenPackage(rule, specifier, isSpec, typeOnly)
  if (rule.pure && !isSpec && IO_MODULES.test(specifier)) return 'but this code is pure: no input, no output'
  return undefined
}

function forbiddenPackage(
  rule: Rule,
  specifier: string,
  isSpec: boolean,
  typeOnly: boolean,
): string | undefined {
  const path = specifier.slice('@biplane/'.length)
  const name = path.split('/')[0] ?? ''
  if (rule.except?.includes(path)) return 'which this package must never load'
  if (rule.mayImport.includes(name)) return undefined
  if (isSpec && FOR_SPECS.includes(name)) return undefined
  if (rule.at === 'e2e/' && typeOnly) return undefined
  return `but ${rule.at} may import only: ${rule.mayImport.join(', ') || 'nothing of ours'}`
}

interface Import {
  readonly specifier: string
  readonly typeOnly: boolean
  /** What stands between `import` and `from`. */
  readonly names: string
}

/** Static and dynamic imports and re-exports. */
function imports(source: string): Import[] {
  const statement = /^\s*(?:import|export)\s+(type\s+)?(?:([^'"`;]*?)\sfrom\s+)?['"]([^'"]+)['"]/gm
  const dynamic = /\bimport\(\s*['"]([^'"]+)['"]/g
  return [
    ...[...source.matchAll(statement)].map(([, type, names = '', specifier = '']) => ({
      specifier,
      typeOnly: type !== undefined,
      names,
    })),
    ...[...source.matchAll(dynamic)].map(([, specifier = '']) => ({ specifier, typeOnly: false, names: '' })),
  ]
}
