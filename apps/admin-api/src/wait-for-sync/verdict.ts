import type { NodeReport } from '@biplane/protocol'

/** What can be said of a connected node that does not have a revision: whether it may still get it. */
export type Verdict = 'pending' | 'rejected' | 'withheld'

/**
 * A node that rejected a revision for its content gets no other try at it; one whose disk is full does. A withheld one is not
 * compatible with that config, or, by its version, with any.
 */
export function verdictOn({ state, desired }: NodeReport, revision: number): Verdict {
  if (state.kind === 'rejected')
    return state.revision >= revision && !state.retryable ? 'rejected' : 'pending'
  if (state.kind !== 'withheld') return 'pending'
  const { kind } = state.reason
  return desired.revision >= revision || kind === 'kong_version_incompatible' ? 'withheld' : 'pending'
}
