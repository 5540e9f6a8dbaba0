import { canonicalJson, isJsonObject, type Json, type JsonObject } from '@biplane/entities'
import { type Path, valueAt, without, withValue } from './path.ts'
import type { Rule } from './rule.ts'

/** A rule made ready to run: paths are split and values encoded once, not per change. */
export interface Rewrite {
  readonly rule: Rule
  /** The same object if the rule has nothing to say about it, else another one, else a verdict on the whole entity. */
  apply(object: JsonObject): JsonObject | 'drop' | 'refuse'
  /** Whether what `apply` takes from this object meant something, rather than being a field left unset. */
  loses(object: JsonObject): boolean
}

/** The one place that knows what the kinds of rules mean. */
export function compileRule(rule: Rule): Rewrite {
  const rewrite = compile(rule)
  return rule.idle ? { ...rewrite, loses: () => false } : rewrite
}

function compile(rule: Rule): Rewrite {
  if ('renamed' in rule) return rename(rule, pathOf(rule, rule.renamed), pathOf(rule, rule.from))
  if ('respelled' in rule) return respell(rule, pathOf(rule, rule.respelled), pathOf(rule, rule.when.field))
  if ('replaced' in rule) return giveBack(rule)
  switch (rule.added) {
    case 'field':
      return stripField(rule, pathOf(rule, rule.field), rule.older, canonicalJson(rule.implied ?? null))
    case 'fields':
      return stripTogether(
        rule,
        rule.fields.map((field) => pathOf(rule, field)),
        pathOf(rule, rule.when.field),
        canonicalJson(rule.when.value),
      )
    case 'value':
      return replaceValue(rule, pathOf(rule, rule.field), canonicalJson(rule.value), rule.older)
    case 'kind':
      // What is omitted is not even looked at.
      return { rule, apply: () => (rule.older === 'refuse' ? 'refuse' : 'drop'), loses: () => true }
  }
}

function pathOf(rule: Rule, field: string): Path {
  const path = field.split('.')
  return rule.on.includes('/') ? ['config', ...path] : path
}

function stripField(rule: Rule, path: Path, older: 'strip' | 'drop' | 'refuse', implied: string): Rewrite {
  const says = (object: JsonObject) => (valueAt(object, path) ?? null) !== null
  return {
    rule,
    apply: (object) => (older !== 'strip' && says(object) ? older : without(object, path)),
    loses: (object) => says(object) && canonicalJson(valueAt(object, path) ?? null) !== implied,
  }
}

function stripTogether(rule: Rule, paths: readonly Path[], condition: Path, expected: string): Rewrite {
  const someIsNot = (object: JsonObject, unset: readonly (Json | undefined)[]) =>
    paths.some((path) => !unset.includes(valueAt(object, path)))
  return {
    rule,
    apply(object) {
      if (canonicalJson(valueAt(object, condition) ?? null) !== expected) return object
      return someIsNot(object, [undefined, false]) ? paths.reduce(without, object) : object
    },
    loses: (object) => someIsNot(object, [undefined, false, null]),
  }
}

function replaceValue(
  rule: Rule,
  path: Path,
  newer: string,
  older: { readonly use: Json } | 'drop' | 'refuse',
): Rewrite {
  return {
    rule,
    apply(object) {
      const value = valueAt(object, path)
      if (value === undefined || canonicalJson(value) !== newer) return object
      return typeof older === 'string' ? older : withValue(object, path, older.use)
    },
    loses: () => true,
  }
}

function respell(rule: Extract<Rule, { readonly respelled: string }>, path: Path, condition: Path): Rewrite {
  const expected = canonicalJson(rule.when.value)
  return {
    rule,
    apply(object) {
      const text = valueAt(object, path)
      if (typeof text !== 'string' || !text.includes(rule.replace)) return object
      if (canonicalJson(valueAt(object, condition) ?? null) !== expected) return object
      return withValue(object, path, text.replaceAll(rule.replace, rule.by))
    },
    loses: () => false,
  }
}

function giveBack(rule: Extract<Rule, { readonly replaced: string }>): Rewrite {
  const path = pathOf(rule, rule.replaced)
  const source = rule.by === null ? null : pathOf(rule, rule.by)
  return {
    rule,
    apply(object) {
      if (!isJsonObject(valueAt(object, path.slice(0, -1)))) return object
      if (typeof valueAt(object, path) === 'number') return object
      const given = source === null ? undefined : valueAt(object, source)
      return withValue(object, path, typeof given === 'number' ? given : rule.otherwise)
    },
    loses: () => false,
  }
}

function rename(rule: Rule, to: Path, from: Path): Rewrite {
  return {
    rule,
    apply(object) {
      const value = valueAt(object, to)
      return value === undefined ? object : withValue(without(object, to), from, value)
    },
    loses: () => false,
  }
}
