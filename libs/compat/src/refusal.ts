import type { Kind } from '@biplane/entities'
import type { WithheldReason } from '@biplane/protocol'
import type { Rule } from './rule.ts'

/** What is told of a config that a rule keeps from older nodes: which entity is in the way and which release is needed. */
export function refusalReason(rule: Rule, kind: Kind, id: string): WithheldReason {
  const subject = subjectOf(rule)
  const ofPlugin = kind === 'plugins'
  return {
    kind: ofPlugin ? 'plugin_version_incompatible' : 'kong_version_incompatible',
    message: `${kind} ${id}: ${subject} needs data planes of version ${rule.since} or newer`,
    subject,
  }
}

function subjectOf(rule: Rule): string {
  if ('renamed' in rule) return rule.renamed
  if ('respelled' in rule) return rule.respelled
  if ('replaced' in rule) return rule.replaced
  switch (rule.added) {
    case 'field':
    case 'value':
      return rule.field
    case 'fields':
      return rule.fields.join(', ')
    case 'kind':
      return rule.on
  }
}
