import { type Entity, target, targetHealth } from '@biplane/entities'
import type { EntityAccess } from './collection.ts'

export type Mark = 'healthy' | 'unhealthy'

/**
 * Sets what the health of a target is to be, or of one of its addresses: a write as any other, so it reaches all nodes and
 * outlives them. It takes the place of the last one, and one for the whole target of those for its addresses.
 *
 * @param address null for all of them
 * @returns false where the target is gone meanwhile
 */
export async function markTarget(
  { repository, writes }: Pick<EntityAccess, 'repository' | 'writes'>,
  { id }: Entity,
  address: string | null,
  health: Mark,
): Promise<{ readonly result: boolean; readonly revision: number | null }> {
  const { kind } = targetHealth
  const draft = await writes.whole(targetHealth, { target: { id }, address, health })
  return await repository.write(async (batch) => {
    // Others who mark the same target wait here.
    if ((await batch.hold(target.kind, byId(id))) === undefined) return false
    const marks = await batch.referencing(kind, 'target', id)
    const last = marks.find((mark) => mark.address === draft.address)
    const outdated = address === null ? marks.filter((mark) => mark !== last) : []
    for (const mark of outdated) await batch.remove(kind, byId(mark.id))
    const { id: own, created_at } = last ?? draft
    await batch.upsert(kind, byId(own), { ...draft, ...(created_at !== undefined && { created_at }) })
    return true
  })
}

function byId(id: string) {
  return { field: 'id', value: id }
}
