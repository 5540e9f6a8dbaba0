import { type Random, random } from '../fuzz/random.ts'

/** What is done to a cluster in one round: decided by the seed alone. Milliseconds, from when the round began. */
export interface RoundPlan {
  readonly round: number
  readonly sort: Sort
  readonly faults: readonly Fault[]
}

export type Fault = Kill | Break

/** `kill -9`, and a start some time later. */
export interface Kill {
  readonly kind: 'kill'
  readonly process: string
  readonly at: number
  readonly forMs: number
}

/** What happens to the links by which a process connects to others. */
export interface Break {
  readonly kind: 'cut' | 'freeze' | 'half-open'
  /** The process that connects. */
  readonly from: string
  /** Whether it is the links that carry something at that moment, or all of them: then it can turn to nobody else. */
  readonly which: 'used' | 'all'
  /** Which end does not learn of it, where only one does. */
  readonly unaware: 'near' | 'far'
  readonly at: number
  /** A half-open link needs no mending. */
  readonly forMs: number
}

/** Each five rounds have one of each, so that few rounds see all sorts. */
export const SORTS = ['one killed', 'two killed', 'links cut', 'links silent', 'killed and cut'] as const
export type Sort = (typeof SORTS)[number]

/** Longer than a dead link may go unnoticed. */
export const LONG_SILENCE_MS = 17_000

/** What can be killed, and what connects to something. */
export interface Parts {
  readonly processes: readonly string[]
  readonly followers: readonly string[]
}

export function planOf(seed: number, round: number, { processes, followers }: Parts): RoundPlan {
  const sort = sortOf(seed, round)
  const chance = random(seed, round)
  const [first, second] = shuffled(processes, chance)
  const [from, other] = shuffled(followers, chance)
  const kill = (process: string | undefined): Kill => killOf(process ?? '', chance)
  const faults: Record<Sort, () => readonly Fault[]> = {
    'one killed': () => [kill(first)],
    'two killed': () => together([kill(first), kill(second)], chance),
    'links cut': () => together([cutOf(from ?? '', chance), cutOf(other ?? '', chance)], chance),
    'links silent': () => [silenceOf(from ?? '', chance), halfOpenOf(other ?? '', chance)],
    'killed and cut': () => together([kill(first), briefOf(from ?? '', chance)], chance),
  }
  return { round, sort, faults: faults[sort]() }
}

function sortOf(seed: number, round: number): Sort {
  const turn = Math.floor(round / SORTS.length)
  return shuffled(SORTS, random(seed, -1 - turn))[round % SORTS.length] ?? 'one killed'
}

function shuffled<T>(list: readonly T[], chance: Random): readonly T[] {
  const keyed = list.map((value) => ({ value, key: chance.below(2 ** 30) }))
  return keyed.toSorted((a, b) => a.key - b.key).map(({ value }) => value)
}

/** Half of the time at the very same moment. */
function together(faults: readonly Fault[], chance: Random): readonly Fault[] {
  if (chance.chance(0.5)) return faults
  const at = faults[0]?.at ?? 0
  return faults.map((fault) => ({ ...fault, at }))
}

function killOf(process: string, chance: Random): Kill {
  return { kind: 'kill', process, at: 100 + chance.below(1500), forMs: 50 + chance.below(1500) }
}

function breakOf(from: string, kind: Break['kind'], forMs: number, chance: Random): Break {
  return {
    kind,
    from,
    which: chance.chance(0.5) ? 'used' : 'all',
    unaware: chance.chance(0.5) ? 'near' : 'far',
    at: 100 + chance.below(1500),
    forMs,
  }
}

function cutOf(from: string, chance: Random): Break {
  return breakOf(from, 'cut', 50 + chance.below(4000), chance)
}

function silenceOf(from: string, chance: Random): Break {
  return breakOf(from, 'freeze', LONG_SILENCE_MS, chance)
}

function halfOpenOf(from: string, chance: Random): Break {
  return breakOf(from, 'half-open', 0, chance)
}

function briefOf(from: string, chance: Random): Break {
  return breakOf(from, chance.pick(['cut', 'freeze'] as const), 50 + chance.below(6000), chance)
}

/** As a line of a report. */
export function described(fault: Fault): string {
  const when = `at ${fault.at} ms`
  if (fault.kind === 'kill') return `${fault.process} killed ${when} for ${fault.forMs} ms`
  const links = fault.which === 'all' ? 'all links' : 'the link in use'
  if (fault.kind === 'half-open') {
    const end = fault.unaware === 'near' ? 'it' : 'the other end'
    return `${links} of ${fault.from} half-open ${when}, of which ${end} is not told`
  }
  const done = fault.kind === 'cut' ? 'cut' : 'silent'
  return `${links} of ${fault.from} ${done} ${when} for ${fault.forMs} ms`
}
