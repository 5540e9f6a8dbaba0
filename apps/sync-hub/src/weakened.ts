import type { Downgrade, Rule } from '@biplane/compat'
import type { Logger } from '@biplane/service'

/**
 * The same downgrade; where it leaves nodes less secure, the log is told so, once for each rule.
 *
 * @param before nodes older than this release are concerned
 */
export function toldWhenWeakened(downgrade: Downgrade, before: string, log: Pick<Logger, 'warn'>): Downgrade {
  const told = new Set<Rule>()
  return {
    ...downgrade,
    apply(change) {
      const outcome = downgrade.apply(change)
      if (outcome.kind === 'refused') return outcome
      for (const rule of outcome.reductions) {
        if (rule.severity === undefined || told.has(rule)) continue
        told.add(rule)
        const { kind, id } = change
        log.warn(
          { severity: rule.severity, before, kind, id, rule },
          `nodes older than ${before} are left less secure: ${kind} ${id}, and maybe others, cannot be said to them in full`,
        )
      }
      return outcome
    },
  }
}
