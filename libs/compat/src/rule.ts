import type { Json } from '@biplane/entities'

/**
 * Something newer releases can say and older ones cannot, and what the older ones get instead. Rules are data about one
 * entity; `downgrade` is their only interpreter. What needs code of its own is a new kind of rule, never a function here.
 *
 * Ask of each rule: if the old node lacks this, who gets in? Taking away what narrows access must `refuse`, unless the
 * output is fixed by what Kong sends; then it is marked `severity: 'security'`.
 */
export type Rule = RuleScope & RuleChange

interface RuleScope {
  /** The first release that understands it. Nodes older than that are the ones the rule is for. */
  readonly since: string
  /** A kind (`services`: fields of the entity), or a kind and a name (`plugins/session`: fields of its `config`). */
  readonly on: string
  /** Older nodes are left less secure. It is reported as such, and `compat_refuse_insecure` refuses instead. */
  readonly severity?: 'security'
  /** A node acts on nothing of it, so that it goes is not told. */
  readonly idle?: true
}

type RuleChange =
  | {
      readonly added: 'field'
      /** A path with dots walks objects and ends harmlessly at anything else. Parents stay, even if emptied. */
      readonly field: string
      /**
       * `strip` removes whatever value is there. `drop` and `refuse` concern entities that say something in the field; a
       * null says nothing and is stripped.
       */
      readonly older: 'strip' | 'drop' | 'refuse'
      /** What older nodes do anyway: with this value, nothing is lost. Beside it, null always means that. */
      readonly implied?: Json
    }
  | {
      /** Fields that came together for entities of one sort: if one of them is there and not false, all are stripped. */
      readonly added: 'fields'
      readonly fields: readonly string[]
      readonly when: { readonly field: string; readonly value: Json }
    }
  | {
      readonly added: 'value'
      readonly field: string
      readonly value: Json
      readonly older: { readonly use: Json } | 'drop' | 'refuse'
    }
  | {
      /** The new name; older nodes get the value under `from`. */
      readonly renamed: string
      readonly from: string
    }
  | {
      /** A number that older nodes want, where they find none: the one of the field `by`, if it is one there. */
      readonly replaced: string
      readonly by: string | null
      readonly otherwise: number
    }
  | {
      /** A text of entities of one sort, in which older nodes spell something differently. */
      readonly respelled: string
      readonly replace: string
      readonly by: string
      readonly when: { readonly field: string; readonly value: Json }
    }
  | {
      readonly added: 'kind'
      /**
       * `omit` is for a kind that came within a release: nodes of any version that do not say that they know it
       * (`Hello.kinds`) are not sent it, nor deletes of it, which they would not understand either.
       */
      readonly older: 'drop' | 'refuse' | 'omit'
    }

/** Whether nodes say that they know what the rule is about: then their version does not tell it. */
export function isAnnounced(rule: Rule): boolean {
  return 'older' in rule && rule.older === 'omit'
}
