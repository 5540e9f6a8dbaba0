import { canonicalJson, type Entity, isJsonObject, type Json, parseJson } from '@biplane/entities'
import { type EncodedChange, encodeEntity } from '@biplane/protocol'
import type { Keyring } from '../keyring/keyring.ts'
import { openSealed, SEALED, withoutSecrets } from '../keyring/sealing.ts'
import type { Tables } from '../tables.ts'

const decoder = new TextDecoder()

/** Changes as JSON text for the journal: `[{kind, id, entity}]`, the entity null for a delete, its secrets in a box where they are sealed. */
export function toJournalText(tables: Tables, changes: readonly EncodedChange[]): string {
  const members = changes.map(({ kind, id, bytes }) => {
    const entity = bytes === null ? '"entity":null' : entityMembers(tables, kind, decoder.decode(bytes))
    return `{"kind":${JSON.stringify(kind)},"id":${JSON.stringify(id)},${entity}}`
  })
  return `[${members.join(',')}]`
}

/** Whether two lists of changes say the same. */
export function isSame(a: readonly EncodedChange[], b: readonly EncodedChange[]): boolean {
  return a.length === b.length && a.every((change, i) => isSameChange(change, b[i]))
}

/** The changes of a journal row, byte for byte as they were written: canonical text does not depend on how jsonb orders members. */
export function fromJournal(keyring: Keyring, rows: readonly object[]): EncodedChange[] {
  return rows.map((row) => {
    if (!isJournalChange(row))
      throw new TypeError(`a journal row has a member that is no change: ${Object.keys(row).join(', ')}`)
    const { kind, id, entity } = row
    if (entity === null) return { kind, id, bytes: null }
    const hidden = openSealed(keyring, { kind, id }, row[SEALED])
    return { kind, id, bytes: encodeEntity({ ...entity, ...hidden }) }
  })
}

function entityMembers(tables: Tables, kind: string, text: string): string {
  const table = tables.get(kind)
  const isSealed = table !== undefined && table.secrets.length > 0 && tables.keyring.sealsWith !== null
  if (!isSealed) return `"entity":${text}`
  const entity = parseJson(text)
  if (!isJsonObject(entity)) throw new TypeError(`an entity of ${kind} is no object`)
  const { clear, sealed } = withoutSecrets(tables.keyring, table, entity)
  return `"entity":${canonicalJson(clear)},"${SEALED}":${JSON.stringify(sealed)}`
}

function isSameChange(a: EncodedChange, b: EncodedChange | undefined): boolean {
  if (b === undefined || a.kind !== b.kind || a.id !== b.id) return false
  if (a.bytes === null || b.bytes === null) return a.bytes === b.bytes
  return Buffer.compare(a.bytes, b.bytes) === 0
}

function isJournalChange(row: object): row is JournalChange {
  if (!('kind' in row && 'id' in row && 'entity' in row)) return false
  return (
    typeof row.kind === 'string' &&
    typeof row.id === 'string' &&
    (row.entity === null || isJsonObject(row.entity))
  )
}

interface JournalChange {
  readonly kind: string
  readonly id: string
  readonly entity: Entity | null
  readonly [SEALED]?: Json
}
