import { isUuid, type Json } from '@biplane/entities'
import type { Item } from './outline.ts'
import { uuid5 } from './uuid5.ts'

/** An id, and where it is from: the document, what the document says of the entity, or chance. */
export interface Identity {
  readonly id: string
  readonly origin: 'given' | 'derived' | 'drawn'
}

/** @param items parents before what is nested in them */
export function identify(items: readonly Item[], uuid: () => string): ReadonlyMap<Item, Identity> {
  const identities = new Map<Item, Identity>()
  for (const item of items) identities.set(item, identityOf(item, identities, uuid))
  return identities
}

export function idOf(identities: ReadonlyMap<Item, Identity>, item: Item): string {
  const identity = identities.get(item)
  if (identity === undefined) throw new TypeError('an item was not identified')
  return identity.id
}

function identityOf(item: Item, known: ReadonlyMap<Item, Identity>, uuid: () => string): Identity {
  const given = item.fields.id ?? null
  if (given !== null) {
    return { id: isUuid(given) ? given.toLowerCase() : uuid(), origin: 'given' } // else it is refused
  }
  const parent = item.parent && known.get(item.parent.item)
  const key = derivationKey(item, parent?.origin === 'drawn' ? undefined : parent?.id)
  return key === undefined
    ? { id: uuid(), origin: 'drawn' }
    : { id: derivedId(item.definition.kind, key), origin: 'derived' }
}

/** Kong's namespace of all entities; each kind has one of its own in it. */
const ENTITIES = 'fd02801f-0957-4a15-a55a-c8d9606f30b5'

export function derivedId(kind: string, key: string): string {
  return uuid5(uuid5(ENTITIES, kind), key)
}

/** What Kong derives an id from; undefined where it draws one. */
function derivationKey(item: Item, parentId: string | undefined): string | undefined {
  const { definition, fields } = item
  if (definition.cacheKey !== null) return cacheKey(item, definition.cacheKey, parentId)
  const field = definition.endpointKey
  const name = field === null ? undefined : fields[field]
  if (field === null || typeof name !== 'string') return undefined
  if (definition.fields[field]?.unique) return name
  return item.parent === undefined ? undefined : parentId && `${name}:${parentId}:*`
}

/**
 * Kong's cache key, as far as the document tells it: references are the text that was written, so that the same plugin has
 * one id in a list of its own and another one nested in a service. An explicit null leaves no trace at all.
 */
function cacheKey(
  { definition, fields, parent }: Item,
  members: readonly string[],
  parentId: string | undefined,
): string | undefined {
  const parts: string[] = [definition.kind, '*']
  const told = (name: string) => textOf(fields[name]) ?? (name === parent?.field ? parentId : undefined)
  for (const name of members) {
    const field = definition.fields[name]
    const value = told(name)
    if (field?.auto) return undefined
    if (value !== undefined) parts.push(value)
    else if (name === parent?.field) return undefined
    else if (!Object.hasOwn(fields, name)) {
      if (field?.required) return undefined
      parts.push('')
    }
  }
  // What makes an entity unique and Kong's key does not know of, such as the consumer group of a plugin.
  for (const name of definition.uniqueTogether.flat()) {
    const value = members.includes(name) ? undefined : told(name)
    if (value !== undefined) parts.push(`${name}=${value}`)
  }
  return parts.join(':')
}

/** A text, or a reference's id. */
function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined
  return typeof id === 'string' ? id : undefined
}
