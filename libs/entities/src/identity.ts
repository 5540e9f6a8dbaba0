const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a value has the shape of a UUID, of any version: what decides if a path key is an id or a name. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value)
}
