import type { Hello } from '@biplane/protocol'

interface Bound {
  readonly what: string
  readonly holds: (hello: Hello) => boolean
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** A key that no database can hold, such as one with a NUL, would keep the rows of all other nodes from being stored. */
const LABEL = /^[\w.:-]{1,63}$/

/** What a node may say of itself: it is kept, listed and sent on, so it has to have a size. */
const BOUNDS: readonly Bound[] = [
  { what: 'a node id that is a UUID', holds: ({ nodeId }) => UUID.test(nodeId) },
  { what: 'an instance of 1 to 64 characters', holds: ({ instance }) => within(instance, 1, 64) },
  { what: 'a hostname of 1 to 255 characters', holds: ({ hostname }) => within(hostname, 1, 255) },
  { what: 'a version of at most 128 characters', holds: ({ version }) => within(version, 0, 128) },
  { what: 'at most 5000 plugins', holds: ({ plugins }) => plugins.length <= 5_000 },
  {
    what: 'plugin names and versions of at most 255 characters',
    holds: ({ plugins }) =>
      plugins.every(({ name, version = '' }) => within(name, 1, 255) && within(version, 0, 255)),
  },
  {
    what: 'at most 1000 kinds of at most 255 characters',
    holds: ({ kinds = [] }) => kinds.length <= 1_000 && kinds.every((kind) => within(kind, 1, 255)),
  },
  {
    what: 'at most 10 labels of at most 63 characters, the keys of letters, digits and _ . : -',
    holds: ({ labels }) => {
      const entries = Object.entries(labels)
      return entries.length <= 10 && entries.every(([key, value]) => LABEL.test(key) && within(value, 0, 63))
    },
  },
]

/** What is wrong with a node's introduction, as what it should have had; null if nothing is. */
export function helloFault(hello: Hello): string | null {
  return BOUNDS.find(({ holds }) => !holds(hello))?.what ?? null
}

function within(text: string, least: number, most: number): boolean {
  return text.length >= least && text.length <= most
}
