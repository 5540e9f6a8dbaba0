import type { Welcome } from '@biplane/protocol'

/**
 * Why a hub must not follow a source whose config comes through the hub itself: in a circle, none of them would follow the
 * control plane. Null if it does not.
 *
 * @param isBelow whether a hub follows this one, directly or not
 */
export function circleThrough(
  own: string,
  { path = [] }: Pick<Welcome, 'path'>,
  isBelow: (hubId: string) => boolean,
): string | null {
  if (path[0] === own) return 'this is the hub itself'
  if (path.includes(own))
    return `it follows this hub, by way of ${path.slice(0, path.indexOf(own)).join(', ')}`
  const below = path.find(isBelow)
  if (below === undefined) return null
  return below === path[0] ? 'it follows this hub' : `it follows ${below}, which follows this hub`
}
