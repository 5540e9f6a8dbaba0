import { queryObjects } from 'node:v8'
import type { HealthReport } from '@biplane/protocol'
import type { Link } from '@biplane/protocol/stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { UpstreamReport } from '../health/health-report.ts'
import { HealthTeller } from './tell-health.ts'

/** A node whose upstreams cannot be used, but for those that can. */
class Node {
  ill: readonly string[] | null = []
  reads = 0
  #changed: () => void = () => undefined

  async read(): Promise<readonly UpstreamReport[] | null> {
    this.reads += 1
    const weight = { total: 1, available: 0, unavailable: 1 }
    return this.ill?.map((id) => ({ id, name: id, health: 'UNHEALTHY', weight, targets: [] })) ?? null
  }

  onChange(changed: () => void): void {
    this.#changed = changed
  }

  turn(ill: readonly string[] | null): void {
    this.ill = ill
    this.#changed()
  }
}

function aLink(): { readonly link: Link; readonly heard: string[] } {
  const heard: string[] = []
  const tell = async ({ upstreams }: HealthReport) => void heard.push(upstreams.map(({ id }) => id).join())
  const signal = new AbortController().signal
  return { heard, link: { address: 'a', session: 1, signal, report: async () => undefined, tell } }
}

let node: Node
let teller: HealthTeller
let stop: AbortController
let running: Promise<void>

beforeEach(() => {
  vi.useFakeTimers()
  node = new Node()
  stop = new AbortController()
  teller = new HealthTeller({ health: node, now: Date.now, signal: stop.signal })
  running = teller.run()
})
afterEach(async () => {
  stop.abort()
  await vi.advanceTimersByTimeAsync(20_000)
  await running
  vi.useRealTimers()
})

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('what a node thinks of its targets', () => {
  it('is told on each link at once, though nothing is wrong', async () => {
    const [first, second] = [aLink(), aLink()]
    teller.linked(first.link)
    await pass(0)
    expect(first.heard).toEqual([''])
    teller.linked(null)
    teller.linked(second.link)
    await pass(0)
    expect(second.heard).toEqual([''])
    expect(first.heard).toHaveLength(1)
  })

  it('is told when it changes, at most once a second, the last of it in the end', async () => {
    const { link, heard } = aLink()
    teller.linked(link)
    await pass(0)
    for (const ill of [['a'], ['a', 'b'], ['b']]) {
      node.turn(ill)
      await pass(100)
    }
    expect(heard).toEqual([''])
    await pass(1_000)
    expect(heard).toEqual(['', 'b'])
    await pass(1_000)
    node.turn(['c'])
    await pass(0)
    expect(heard).toEqual(['', 'b', 'c'])
  })

  it('is not told again where it came to be the same', async () => {
    const { link, heard } = aLink()
    teller.linked(link)
    await pass(1_000)
    node.turn(['a'])
    node.turn([])
    await pass(5_000)
    expect(heard).toEqual([''])
  })

  it('is looked at though nobody says that it changed', async () => {
    const { link, heard } = aLink()
    teller.linked(link)
    await pass(0)
    node.ill = ['a']
    await pass(11_000)
    expect(heard).toEqual(['', 'a'])
    teller.look()
    const { reads } = node
    await pass(1_000)
    expect(node.reads).toBe(reads + 1)
  })

  it('is not told while nobody in the node can tell', async () => {
    const { link, heard } = aLink()
    node.turn(null)
    teller.linked(link)
    await pass(2_000)
    expect(heard).toEqual([])
    node.turn([])
    await pass(2_000)
    expect(heard).toEqual([''])
  })

  it('costs no memory that grows with how often it is looked at', async () => {
    teller.linked(aLink().link)
    await pass(0)
    const before = queryObjects(AbortSignal, { format: 'count' })
    for (let i = 0; i < 50; i++) {
      node.turn([`${i}`])
      await pass(1_000)
    }
    expect(node.reads).toBeGreaterThan(40)
    expect(queryObjects(AbortSignal, { format: 'count' })).toBeLessThan(before + 10)
  })
})
