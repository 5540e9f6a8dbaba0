/**
 * What stands at the beginnings of paths, in a radix tree: a path comes by all texts that it begins with, whatever their
 * number. Immutable; null where there is nothing.
 */
export interface PathTrie<T> {
  /** What follows the text of its parent. */
  readonly label: string
  readonly value: T | null
  /** In order of their first characters, which differ. */
  readonly children: readonly PathTrie<T>[]
}

/** @param change what is to stand at `text` from now on, instead of this */
export function changedAt<T>(
  node: PathTrie<T> | null,
  text: string,
  change: (value: T | null) => T | null,
): PathTrie<T> | null {
  if (node === null) return trimmed({ label: text, value: change(null), children: [] })
  const shared = sharedLength(node.label, text)
  if (shared < node.label.length) {
    const rest = { ...node, label: node.label.slice(shared) }
    return changedAt({ label: text.slice(0, shared), value: null, children: [rest] }, text, change)
  }
  if (shared === text.length) return trimmed({ ...node, value: change(node.value) })
  const rest = text.slice(shared)
  const at = placeOf(node.children, rest.charCodeAt(0))
  const old = node.children[at]
  const isThere = old !== undefined && old.label.charCodeAt(0) === rest.charCodeAt(0)
  const child = changedAt(isThere ? old : null, rest, change)
  const children = node.children.toSpliced(at, isThere ? 1 : 0, ...(child === null ? [] : [child]))
  return trimmed({ ...node, children })
}

/** All that stands at beginnings of the path, the shortest first, with their lengths. */
export function alongPath<T>(
  root: PathTrie<T> | null,
  path: string,
  visit: (value: T, length: number) => void,
): void {
  let node = root
  let length = 0
  while (node !== null && path.startsWith(node.label, length)) {
    length += node.label.length
    if (node.value !== null) visit(node.value, length)
    const code = path.charCodeAt(length)
    const child: PathTrie<T> | undefined = node.children[placeOf(node.children, code)]
    node = child !== undefined && child.label.charCodeAt(0) === code ? child : null
  }
}

/** A node without a value is there only to tell others apart, or as the root, whose label may be empty. */
function trimmed<T>(node: PathTrie<T>): PathTrie<T> | null {
  if (node.value !== null || node.children.length > 1) return node
  const [only] = node.children
  return only === undefined ? null : { ...only, label: node.label + only.label }
}

function sharedLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let length = 0
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length += 1
  return length
}

/** Where the child that begins with a character is, or would be. */
function placeOf<T>(children: readonly PathTrie<T>[], code: number): number {
  let low = 0
  let high = children.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((children[middle]?.label.charCodeAt(0) ?? 0) < code) low = middle + 1
    else high = middle
  }
  return low
}
