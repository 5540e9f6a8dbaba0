import {
  type Entity,
  type FieldPath,
  isVaultReference,
  type JsonObject,
  replaceTexts,
  type Vault,
} from '@biplane/entities'
import type { Violation } from '@biplane/protocol'
import { type EnvironmentVault, secretOf } from './secret.ts'

/** Where this node finds what references stand for. */
export interface Secrets extends EnvironmentVault {
  /** Where rows of plugins may hold references, by the name of the plugin. */
  readonly references: Readonly<Record<string, readonly FieldPath[]>>
}

export const NO_SECRETS: Secrets = { environment: {}, prefix: null, references: {} }

/** A row with secrets in the place of references. */
export interface Resolved<Row> {
  readonly row: Row
  /** The references by the secrets that they stand for, so that what is told of the row can tell them instead. */
  readonly told: ReadonlyMap<string, string>
}

/** The row as this node is to use it, or the first reference that stands for nothing here: then it is not to be used at all. */
export function resolveRow<Row extends Entity & JsonObject>(
  row: Row,
  paths: readonly FieldPath[],
  vaults: () => Iterable<Vault>,
  secrets: Secrets,
): Resolved<Row> | Pick<Violation, 'field' | 'message'> {
  const told = new Map<string, string>()
  const faults: Pick<Violation, 'field' | 'message'>[] = []
  const resolved = replaceTexts(row, paths, (text, path) => {
    if (!isVaultReference(text)) return text
    const found = secretOf(text, vaults(), secrets)
    if ('problem' in found) {
      const field = path.filter((name) => name !== '*').join('.')
      faults.push({ field, message: `${text} cannot be resolved: ${found.problem}` })
      return text
    }
    told.set(found.secret, text)
    return found.secret
  })
  // Texts were replaced by texts: it is a row as before.
  return faults[0] ?? { row: resolved as Row, told }
}

/** A text for a log or a status, with references in the place of secrets that it may have come to hold. */
export function conceal(text: string, told: ReadonlyMap<string, string>): string {
  if (told.size === 0) return text
  const forms = new Map(
    [...told].flatMap(([secret, by]) => formsOf(secret).map((form) => [form, by] as const)),
  )
  // At once and the longest first: neither a reference nor a secret inside another is taken apart.
  const pattern = [...forms.keys()].sort((a, b) => b.length - a.length).map(literal)
  return text.replace(new RegExp(pattern.join('|'), 'g'), (form) => forms.get(form) ?? '')
}

/** As it is, and as errors quote it: in JSON, where the lines of a key are one, and in a URL. */
function formsOf(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())]
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
