/** What a node says of itself cannot break the report of the others: PostgreSQL refuses NUL and unpaired surrogates. */
export function storable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value
}
