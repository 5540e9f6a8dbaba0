/** What is wrong with one entity of an update. Empty words where it is not one entity, or not one field, that is at fault. */
export interface Violation {
  readonly kind: string
  readonly id: string
  readonly field: string
  readonly message: string
}

/** One of an update as a whole. */
export function violationOfAll(message: string): Violation {
  return { kind: '', id: '', field: '', message }
}

/** For people, in one line. */
export function describeViolation({ kind, id, field, message }: Violation): string {
  return [kind, id, field, message].filter((part) => part !== '').join(' ')
}
