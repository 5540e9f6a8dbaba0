import { type Downgrade, effectOf, isAnnounced, type Rule } from '@biplane/compat'
import type { Logger } from '@biplane/service'

/**
 * The same downgrade; what it takes from nodes is told to the log, once for each rule.
 *
 * @param before nodes older than this release are concerned; null where it is nodes that do not know what is new within theirs
 */
export function toldOnce(downgrade: Downgrade, before: string | null, log: Pick<Logger, 'warn'>): Downgrade {
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
function wording(rule: Rule, before: string | null): string {
  if (isAnnounced(rule)) return `${rule.on}: ${effectOf(rule)} for dataplanes that do not know it yet`
  const taken = `${rule.on}: ${effectOf(rule)}, which is incompatible with dataplane versions below ${before}`
  return rule.severity === 'security' ? `${taken}: they are left less secure` : taken
}
