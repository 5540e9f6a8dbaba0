import type { EntityRegistry } from '@biplane/entities'
import type { Method } from '../manners.ts'

/** What has a part in the config beside the entities' own paths. */
const WHOLE = ['config', 'transactions']

/** Tells whether a verb of a path writes the config, and nothing else: only then can all that it does be undone. */
export function rehearsable(registry: EntityRegistry): (method: Method, path: string) => boolean {
  const segments = new Set([...registry.all.flatMap(({ collection }) => collection ?? []), ...WHOLE])
  return (method, path) => method !== 'GET' && segments.has(path.split('/')[1] ?? '')
}
