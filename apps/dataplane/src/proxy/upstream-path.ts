import { escapePath } from '../router/path.ts'

export interface PathBuilding {
  /** The service's path, or '/'. */
  readonly base: string
  /** The normalised request path. */
  readonly path: string
  /** What the route matched of it; null when it matched without a path. */
  readonly matched: string | null
  readonly stripPath: boolean
  /** Kong's two ways to join: 'v0' puts a slash between, 'v1' glues. */
  readonly handling: 'v0' | 'v1'
}

/** The path of the request target that goes upstream, escaped for the wire. */
export function upstreamPath(building: PathBuilding): string {
  return escapePath((building.handling === 'v1' ? glue : join)(building))
}

/** The same for a whole path that a plugin gives: it holds no query, and it leaves no target without a slash in front. */
export function givenPath(path: string): string {
  const escaped = escapePath(path).replaceAll('?', '%3F').replaceAll('#', '%23')
  return escaped.startsWith('/') ? escaped : `/${escaped}`
}

function join({ base, path, matched, stripPath }: PathBuilding): string {
  const trimmed = base.endsWith('/') ? base.slice(0, -1) : base
  if (!stripPath) return path === '/' && trimmed === base ? base : trimmed + path
  const rest = residue(path, matched)
  if (rest !== '') return `${trimmed}/${withoutLeadingSlash(rest)}`
  if (base === '/') return '/'
  const keepsSlash = path.endsWith('/') && !(path === '/' && trimmed === base)
  return keepsSlash ? `${trimmed}/` : trimmed
}

function glue({ base, path, matched, stripPath }: PathBuilding): string {
  if (!stripPath) return base + withoutLeadingSlash(path)
  const rest = residue(path, matched)
  return base.endsWith('/') ? base + withoutLeadingSlash(rest) : base + rest
}

/** What the route left of the path. A residue that begins with a dot segment loses it, so it cannot climb out of the base. */
function residue(path: string, matched: string | null): string {
  if (matched === null) return withoutLeadingSlash(path)
  const rest = path.slice(matched.length)
  return rest === '.' || rest === '..' ? '' : rest.replace(/^\.\.?\//, '')
}

function withoutLeadingSlash(text: string): string {
  return text.startsWith('/') ? text.slice(1) : text
}
