/**
 * An immutable map from strings: `set` and `delete` give a new map that shares all but O(log n) nodes with the old one.
 * So a changed runtime is prepared beside the serving one in time proportional to the change, and both stay whole.
 * A hash array mapped trie of 32-way branches.
 */
export class PersistentMap<V> {
  static readonly #empty = new PersistentMap<never>(undefined, 0)
  readonly size: number
  readonly #root: Node<V> | undefined

  private constructor(root: Node<V> | undefined, size: number) {
    this.#root = root
    this.size = size
  }

  static empty<V>(): PersistentMap<V> {
    return PersistentMap.#empty
  }

  get(key: string): V | undefined {
    return this.#root === undefined ? undefined : find(this.#root, hashOf(key), 0, key)?.value
  }

  set(key: string, value: V): PersistentMap<V> {
    const leaf: Leaf<V> = { kind: 'leaf', hash: hashOf(key), key, value }
    const grown = !this.has(key)
    const root = this.#root === undefined ? leaf : insert(this.#root, 0, leaf)
    return new PersistentMap(root, this.size + (grown ? 1 : 0))
  }

  has(key: string): boolean {
    return this.#root !== undefined && find(this.#root, hashOf(key), 0, key) !== undefined
  }

  /** The map itself when it does not hold the key. */
  delete(key: string): PersistentMap<V> {
    if (this.#root === undefined || !this.has(key)) return this
    return new PersistentMap(remove(this.#root, hashOf(key), 0, key), this.size - 1)
  }

  /** In no particular order. */
  *entries(): Generator<[string, V]> {
    if (this.#root !== undefined) yield* walk(this.#root)
  }

  *values(): Generator<V> {
    for (const [, value] of this.entries()) yield value
  }
}

interface Leaf<V> {
  readonly kind: 'leaf'
  readonly hash: number
  readonly key: string
  readonly value: V
}
interface Branch<V> {
  readonly kind: 'branch'
  /** Bit i is set when there is a child for the hash digit i; children are in order of their digits. */
  readonly bitmap: number
  readonly children: readonly Node<V>[]
}
/** Keys whose whole hashes are equal. */
interface Collision<V> {
  readonly kind: 'collision'
  readonly hash: number
  readonly leaves: readonly Leaf<V>[]
}
type Node<V> = Leaf<V> | Branch<V> | Collision<V>

const BITS = 5
const MASK = 31

/** FNV-1a over UTF-16 code units: 32 bits, unsigned. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

function bitAt(hash: number, shift: number): number {
  return 1 << ((hash >>> shift) & MASK)
}

/** How many children stand before the one of this bit. */
function indexOf(bitmap: number, bit: number): number {
  let below = bitmap & (bit - 1)
  below -= (below >>> 1) & 0x55555555
  below = (below & 0x33333333) + ((below >>> 2) & 0x33333333)
  return Math.imul((below + (below >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

function find<V>(root: Node<V>, hash: number, from: number, key: string): Leaf<V> | undefined {
  let node = root
  let shift = from
  while (node.kind === 'branch') {
    const bit = bitAt(hash, shift)
    if ((node.bitmap & bit) === 0) return undefined
    const child = node.children[indexOf(node.bitmap, bit)]
    if (child === undefined) return undefined
    node = child
    shift += BITS
  }
  if (node.kind === 'leaf') return node.key === key ? node : undefined
  return node.hash === hash ? node.leaves.find((leaf) => leaf.key === key) : undefined
}

function insert<V>(node: Node<V>, shift: number, leaf: Leaf<V>): Node<V> {
  if (node.kind === 'branch') {
    const bit = bitAt(leaf.hash, shift)
    const at = indexOf(node.bitmap, bit)
    const child = node.children[at]
    if ((node.bitmap & bit) === 0 || child === undefined) {
      return { kind: 'branch', bitmap: node.bitmap | bit, children: node.children.toSpliced(at, 0, leaf) }
    }
    return { ...node, children: node.children.with(at, insert(child, shift + BITS, leaf)) }
  }
  if (node.kind === 'leaf' && node.key === leaf.key) return leaf
  if (node.hash !== leaf.hash) return fork(node, leaf, shift)
  const others = node.kind === 'leaf' ? [node] : node.leaves.filter(({ key }) => key !== leaf.key)
  return { kind: 'collision', hash: leaf.hash, leaves: [...others, leaf] }
}

/** A branch that tells two nodes of different hashes apart; deeper ones follow while their digits are equal. */
function fork<V>(node: Leaf<V> | Collision<V>, leaf: Leaf<V>, shift: number): Branch<V> {
  const [a, b] = [bitAt(node.hash, shift), bitAt(leaf.hash, shift)]
  if (a === b) return { kind: 'branch', bitmap: a, children: [fork(node, leaf, shift + BITS)] }
  return { kind: 'branch', bitmap: a | b, children: a >>> 0 < b >>> 0 ? [node, leaf] : [leaf, node] }
}

/** What is left of the node; undefined when nothing is. The key is known to be there. */
function remove<V>(node: Node<V>, hash: number, shift: number, key: string): Node<V> | undefined {
  if (node.kind === 'leaf') return undefined
  if (node.kind === 'collision') {
    const leaves = node.leaves.filter((leaf) => leaf.key !== key)
    return leaves.length === 1 ? leaves[0] : { ...node, leaves }
  }
  const bit = bitAt(hash, shift)
  const at = indexOf(node.bitmap, bit)
  const child = node.children[at]
  const left = child && remove(child, hash, shift + BITS, key)
  if (left === undefined) {
    const children = node.children.toSpliced(at, 1)
    const [only] = children
    if (children.length === 1 && only !== undefined && only.kind !== 'branch') return only
    return children.length === 0 ? undefined : { kind: 'branch', bitmap: node.bitmap & ~bit, children }
  }
  // A branch of a single leaf is that leaf: the shape depends on the content only, so lookups stay short after deletes.
  if (node.children.length === 1 && left.kind !== 'branch') return left
  return { ...node, children: node.children.with(at, left) }
}

function* walk<V>(node: Node<V>): Generator<[string, V]> {
  if (node.kind === 'leaf') yield [node.key, node.value]
  else if (node.kind === 'branch') for (const child of node.children) yield* walk(child)
  else for (const { key, value } of node.leaves) yield [key, value]
}
