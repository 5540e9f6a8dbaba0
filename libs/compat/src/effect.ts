import { canonicalJson } from '@biplane/entities'
import type { Rule } from './rule.ts'

/** In words for an operator: what older nodes get. `tls_verify removed`, `algorithm "latency" becomes "round-robin"`. */
export function effectOf(rule: Rule): string {
  if ('renamed' in rule) return `${rule.renamed} is called ${rule.from}`
  if ('respelled' in rule) {
    const { respelled, replace, by, when } = rule
    return `${replace} in ${respelled} becomes ${by} where ${when.field} is ${canonicalJson(when.value)}`
  }
  if ('replaced' in rule) {
    const { replaced, by, otherwise } = rule
    return `${replaced} is ${by === null ? otherwise : `${by}, or ${otherwise}`}, if it is no number`
  }
  switch (rule.added) {
    case 'field':
      return rule.older === 'strip' ? `${rule.field} removed` : `${rule.field}: ${fate(rule.older)}`
    case 'fields':
      return `${rule.fields.join(', ')} removed where ${rule.when.field} is ${canonicalJson(rule.when.value)}`
    case 'value': {
      const { field, value, older } = rule
      const became = typeof older === 'string' ? `: ${fate(older)}` : ` becomes ${canonicalJson(older.use)}`
      return `${field} ${canonicalJson(value)}${became}`
    }
    case 'kind':
      return fate(rule.older)
  }
}

function fate(older: 'drop' | 'refuse' | 'omit'): string {
  return older === 'refuse' ? 'the whole config is withheld' : 'left out'
}
