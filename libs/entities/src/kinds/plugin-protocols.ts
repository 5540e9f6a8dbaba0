import type { Related } from '../definition.ts'
import type { Entity } from '../entity.ts'
import type { FieldErrors } from '../field-errors.ts'
import { canonicalJson, isJsonObject, type Json } from '../json.ts'
import { protocols as defaultProtocols } from '../vocabulary.ts'

/**
 * A plugin must share a protocol with the route it is on, or with a route of the service it is on. The default list is
 * not held against it, since Kong judges only what the client said: a plugin on a TCP route needs no protocols to be given.
 */
export async function protocolErrors(plugin: Entity, related: Related): Promise<FieldErrors | undefined> {
  if (canonicalJson(plugin.protocols ?? null) === canonicalJson(defaultProtocols.default ?? null))
    return undefined
  const route = idOf(plugin.route)
  if (route !== undefined) {
    const found = await related.get('routes', route)
    if (found === undefined || shareProtocol(plugin, found)) return undefined
    return { protocols: "must match the associated route's protocols" }
  }
  const service = idOf(plugin.service)
  if (service === undefined) return undefined
  const routes = await related.referencing('routes', 'service', service)
  if (routes.length === 0 || routes.some((one) => shareProtocol(plugin, one))) return undefined
  return { protocols: "must match the protocols of at least one route pointing to this Plugin's service" }
}

function idOf(reference: Json | undefined): string | undefined {
  return isJsonObject(reference) && typeof reference.id === 'string' ? reference.id : undefined
}

function shareProtocol({ protocols: ours }: Entity, { protocols: theirs }: Entity): boolean {
  return Array.isArray(ours) && Array.isArray(theirs) && ours.some((one: Json) => theirs.includes(one))
}
