import type { Contacts } from './contacts.ts'
import type { Finding } from './finding.ts'
import type { Installation } from './installation.ts'

/** What a check is given. */
export interface Examination {
  readonly installation: Installation
  readonly contacts: Contacts
  /** Milliseconds since 1970 by the clock of this machine. */
  readonly now: () => number
  /** Aborts when the check has taken too long. */
  readonly signal: AbortSignal
}

/** One sort of thing that can be wrong. */
export interface Check {
  readonly name: string
  /** How long it may take; ten seconds if left out. */
  readonly limitMs?: number
  /** Nothing where there is nothing to say: what cannot be read for another fault is told of by the check of that. */
  examine(examination: Examination): Promise<readonly Finding[]> | readonly Finding[]
}
