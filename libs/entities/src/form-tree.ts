/** The pairs of a form by what their names say: texts, lists of them, and named members. */
export type Tree = string | readonly Tree[] | ReadonlyMap<string, Tree>

/** A tree that grows: a list keeps the slots that names gave its members. */
type Growing = { texts: string[]; slots: Map<string, Growing> }

/** Names nest no deeper; what follows is part of the last member's name. */
const DEEPEST = 16

/**
 * `a.b=1` is a member of a member, `a[]=1` appends, `a[2]=1` fills the second slot, and the same name again makes a list.
 */
export function parseFormTree(
  pairs: Iterable<readonly [name: string, value: string]>,
): ReadonlyMap<string, Tree> {
  const root = grow()
  for (const [name, value] of pairs) place(root, steps(name), value)
  return new Map([...root.slots].map(([name, growing]) => [name, settle(growing)]))
}

/** Slots of lists are `[1]`, members go by their bare name, appending is `[]`. */
function steps(name: string): string[] {
  const found = name.match(/\[\d*\]|[^.[\]]+(?:\[[^[\]\d][^[\]]*\])?/g) ?? [name]
  return found.length <= DEEPEST ? found : [...found.slice(0, DEEPEST), found.slice(DEEPEST).join('.')]
}

function grow(): Growing {
  return { texts: [], slots: new Map() }
}

function place(root: Growing, path: readonly string[], value: string): void {
  let at = root
  for (const step of path) {
    if (step === '[]') break
    const next = at.slots.get(step) ?? grow()
    at.slots.set(step, next)
    at = next
  }
  if (path.includes('[]')) at.slots.set(`[${at.slots.size + 1}]`, { texts: [value], slots: new Map() })
  else at.texts.push(value)
}

function settle({ texts, slots }: Growing): Tree {
  const [only = ''] = texts
  if (slots.size === 0) return texts.length > 1 ? texts : only
  const names = [...slots.keys()]
  if (!names.every((name) => name.startsWith('['))) {
    return new Map([...slots].map(([name, growing]) => [name, settle(growing)]))
  }
  const ordered = [...slots].sort(([a], [b]) => Number(a.slice(1, -1)) - Number(b.slice(1, -1)))
  return [...texts, ...ordered.map(([, growing]) => settle(growing))]
}
