const PATH = /^(?:[a-z]+:\/\/[^/?#]*)?([^?#]*)/i
const HEX_PAIR = /%([0-9a-fA-F]{2})?/g

/**
 * Whether the path of a target is none to Kong's server, which reads it before any route is looked for: decoded once, it
 * climbs above its root, or it has an escape that stands for no byte, or for the zero byte.
 */
export function isPathFlawed(target: string): boolean {
  if (!target.includes('%') && !target.includes('/..')) return false
  const [, path = ''] = PATH.exec(target) ?? []
  let isBroken = false
  const decoded = path.replace(HEX_PAIR, (_escape, digits: string | undefined) => {
    if (digits === undefined || digits === '00') isBroken = true
    return String.fromCharCode(Number.parseInt(digits ?? '0', 16))
  })
  return isBroken || climbs(decoded)
}

/** Doubled slashes count as one. */
function climbs(path: string): boolean {
  let depth = 0
  for (const segment of path.split('/')) {
    if (segment === '..') depth -= 1
    else if (segment !== '' && segment !== '.') depth += 1
    if (depth < 0) return true
  }
  return false
}
