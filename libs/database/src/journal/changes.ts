import { isJsonObject } from '@biplane/entities'
import { type EncodedChange, encodeEntity } from '@biplane/protocol'

const decoder = new TextDecoder()

/** Changes as JSON text for the journal: `[{kind, id, entity}]`, the entity null for a delete. */
export function toJournalText(changes: readonly EncodedChange[]): string {
  const members = changes.map(({ kind, id, bytes }) => {
    const entity = bytes === null ? 'null' : decoder.decode(bytes)
    return `{"kind":${JSON.stringify(kind)},"id":${JSON.stringify(id)},"entity":${entity}}`
  })
  return `[${members.join(',')}]`
}

/** The changes of a journal row, byte for byte as they were written: canonical text does not depend on how jsonb orders members. */
export function fromJournal(rows: readonly object[]): EncodedChange[] {
  return rows.map((row) => {
    if (!isJournalChange(row))
      throw new TypeError(`a journal row holds ${JSON.stringify(row)}, which is no change`)
    const { kind, id, entity } = row
    return { kind, id, bytes: entity === null ? null : encodeEntity(entity) }
  })
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
  readonly entity: Parameters<typeof encodeEntity>[0] | null
}
