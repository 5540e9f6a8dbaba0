/** Negative when `a` comes first; 0 only for one and the same member. */
export type Order<T> = (a: T, b: T) => number

/**
 * An immutable set whose members are in an order: one more or less gives a new set that shares all but O(log n) nodes with the
 * old one. A weight-balanced tree (Adams): of two siblings, neither has more than three times the nodes of the other.
 */
export type SortedSet<T> = Node<T> | null

interface Node<T> {
  readonly value: T
  readonly size: number
  readonly before: SortedSet<T>
  readonly after: SortedSet<T>
}

export function sizeOf<T>(set: SortedSet<T>): number {
  return set === null ? 0 : set.size
}

export function firstOf<T>(set: SortedSet<T>): T | undefined {
  let node = set
  while (node?.before) node = node.before
  return node?.value
}

/** The first member, in order, that passes the test; asks no further than it must. */
export function firstWhere<T>(set: SortedSet<T>, test: (value: T) => boolean): T | undefined {
  let node = set
  while (node !== null) {
    const earlier = node.before === null ? undefined : firstWhere(node.before, test)
    if (earlier !== undefined) return earlier
    if (test(node.value)) return node.value
    node = node.after
  }
  return undefined
}

/** In the place of an equal member, if there is one. */
export function withMember<T>(set: SortedSet<T>, value: T, order: Order<T>): SortedSet<T> {
  if (set === null) return nodeOf(null, value, null)
  const side = order(value, set.value)
  if (side === 0) return nodeOf(set.before, value, set.after)
  return side < 0
    ? balanced(withMember(set.before, value, order), set.value, set.after)
    : balanced(set.before, set.value, withMember(set.after, value, order))
}

export function withoutMember<T>(set: SortedSet<T>, value: T, order: Order<T>): SortedSet<T> {
  if (set === null) return null
  const side = order(value, set.value)
  if (side < 0) return balanced(withoutMember(set.before, value, order), set.value, set.after)
  if (side > 0) return balanced(set.before, set.value, withoutMember(set.after, value, order))
  const next = firstOf(set.after)
  if (next === undefined) return set.before
  return balanced(set.before, next, withoutMember(set.after, next, order))
}

function nodeOf<T>(before: SortedSet<T>, value: T, after: SortedSet<T>): Node<T> {
  return { value, size: sizeOf(before) + sizeOf(after) + 1, before, after }
}

const HEAVIER = 3
/** From which weight of the inner grandchild on it is what comes up. */
const INNER = 2

function balanced<T>(before: SortedSet<T>, value: T, after: SortedSet<T>): Node<T> {
  const [left, right] = [sizeOf(before), sizeOf(after)]
  if (left + right < 2) return nodeOf(before, value, after)
  if (after !== null && right > HEAVIER * left) {
    if (sizeOf(after.before) < INNER * sizeOf(after.after) || after.before === null)
      return nodeOf(nodeOf(before, value, after.before), after.value, after.after)
    const inner = after.before
    return nodeOf(
      nodeOf(before, value, inner.before),
      inner.value,
      nodeOf(inner.after, after.value, after.after),
    )
  }
  if (before !== null && left > HEAVIER * right) {
    if (sizeOf(before.after) < INNER * sizeOf(before.before) || before.after === null)
      return nodeOf(before.before, before.value, nodeOf(before.after, value, after))
    const inner = before.after
    return nodeOf(
      nodeOf(before.before, before.value, inner.before),
      inner.value,
      nodeOf(inner.after, value, after),
    )
  }
  return nodeOf(before, value, after)
}
