import { splitPair } from '../fields/name-value-pairs.ts'
import type { Edits } from './edits.ts'
import { parseTemplate, type Template, type TemplateValues } from './template.ts'

/** The lists of a config for one part of a request: names, and `name:template`. */
export interface EditLists {
  readonly remove: readonly string[]
  readonly rename: readonly string[]
  readonly replace: readonly string[]
  readonly add: readonly string[]
  readonly append: readonly string[]
}

/**
 * What is to be done to one part of a request, once its templates are filled in; pairs without a value say nothing.
 *
 * @param read makes of bytes what the part holds
 */
export function editTemplates(
  lists: EditLists,
  read: (bytes: string) => string,
): (values: TemplateValues) => Edits {
  const remove = lists.remove.map((entry) => splitPair(entry).name)
  const compiled = (['rename', 'replace', 'add', 'append'] as const).map((list) => pairsOf(lists[list]))
  const isConstant = compiled.flat().every(([, { constant }]) => constant !== null)
  const fill = (values: TemplateValues): Edits => {
    const [rename = [], replace = [], add = [], append = []] = compiled.map((pairs) =>
      pairs.map(([name, template]) => [name, read(template.render(values))] as const),
    )
    return { remove, rename, replace, add, append }
  }
  if (!isConstant) return fill
  const constant = fill(() => undefined)
  return () => constant
}

function pairsOf(list: readonly string[]): (readonly [name: string, template: Template])[] {
  return list
    .map(splitPair)
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => [name, parseTemplate(value)] as const)
}
