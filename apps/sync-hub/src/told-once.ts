import { type Downgrade, effectOf, type Rule } from '@biplane/compat'
import type { Logger } from '@biplane/service'

/**
 * The same downgrade; what it takes from nodes is told to the log, once for each rule.
 *
 * @param before nodes older than this release are concerned
 */
export function toldOnce(downgrade: Downgrade, before: string, log: Pick<Logger, 'warn'>): Downgrade {
  const told = new Set<Rule>()
  return {
    ...downgrade,
    apply(change) {
      const outcome = downgrade.apply(change)
      if (outcome.kind === 'refused') return outcome
      for (const rule of outcome.reductions) {
        if (told.has(rule)) continue
        told.add(rule)
        const { kind, id } = change
        log.warn({ severity: rule.severity ?? 'notice', before, kind, id, rule }, wording(rule, before))
      }
      return outcome
    },
  }
}

/** With the fragments that alerts on Kong's lines look for. */
function wording(rule: Rule, before: string): string {
  const taken = `${rule.on}: ${effectOf(rule)}, which is incompatible with dataplane versions below ${before}`
  return rule.severity === 'security' ? `${taken}: they are left less secure` : taken
}
