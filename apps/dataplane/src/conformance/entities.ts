import { randomUUID } from 'node:crypto'
import type { Json, JsonObject } from '@biplane/entities'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import type { Case } from './case.ts'

/** In the order in which they refer to each other, which is that of their making: older ones win some ties. */
const ORDER = ['services', 'upstreams', 'consumers', 'routes']

const SERVICE = { id: 's1', name: 'svc1', protocol: 'http', host: '127.0.0.1', port: '$U1' }
const ROUTE = { id: 'r1', service: { id: 's1' }, hosts: ['api.test'] }

/** Writes the config of a case. @param fill puts ports in the place of placeholders */
export function authorOf({ config = {} }: Pick<Case, 'config'>, fill: <T extends Json>(value: T) => T) {
  const author = new ConfigAuthor()
  const ids = new Map<string, string>()
  const all: Case['config'] = { services: [SERVICE], routes: [ROUTE], ...config }
  const kinds = Object.keys(all).sort((a, b) => rank(a) - rank(b))
  for (const kind of kinds) {
    // What is disabled never leaves a control plane.
    const exported = (all[kind] ?? []).filter(({ enabled }) => enabled !== false)
    for (const fields of exported) author.put(kind, withIds(fill(fields), ids))
  }
  return author
}

function rank(kind: string): number {
  return (ORDER.indexOf(kind) + ORDER.length + 1) % (ORDER.length + 1)
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-/

function withIds(fields: JsonObject, ids: Map<string, string>): JsonObject {
  const idOf = (word: string): string => {
    if (UUID.test(word)) return word
    const id = ids.get(word) ?? randomUUID()
    ids.set(word, id)
    return id
  }
  const entries = Object.entries(fields).map(([name, value]) => {
    if (name === 'id') return [name, idOf(String(value))]
    const isReference = value !== null && typeof value === 'object' && 'id' in value
    return [name, isReference ? { id: idOf(String(value.id)) } : value]
  })
  return Object.fromEntries(entries)
}
