import type { Random } from '../fuzz/random.ts'
import type { Question } from './ask.ts'
import type { History } from './history.ts'
import { textsOf } from './history.ts'

/** What can be asked for now, as far as it is known. */
export interface Known {
  readonly segments: readonly string[]
  readonly keys: readonly string[]
  /** What was there some time ago. */
  readonly goneSegments: readonly string[]
  readonly goneKeys: readonly string[]
}

const REMEMBERED = 50

/** Looks up what there is, once for many questions. */
export function knownOf(history: History, before: Known | undefined): Known {
  const segments = history
    .current('routes')
    .flatMap(({ entity }) => textsOf(entity.paths).map((path) => path.slice(1)))
  const keys = history.current('keyauth_credentials').map(({ entity }) => String(entity.key))
  return {
    segments,
    keys,
    goneSegments: gone(segments, before?.segments, before?.goneSegments),
    goneKeys: gone(keys, before?.keys, before?.goneKeys),
  }
}

function gone(
  now: readonly string[],
  then: readonly string[] = [],
  before: readonly string[] = [],
): readonly string[] {
  const left = then.filter((one) => !now.includes(one))
  return left.length === 0 ? before : [...before, ...left].slice(-REMEMBERED)
}

/** @param slow whether some clients may take their time */
export function question(chance: Random, known: Known, id: string): Question {
  const ofThese = (now: readonly string[], gone: readonly string[]): string => {
    const list = chance.chance(0.12) && gone.length > 0 ? gone : now
    return list.length === 0 ? 'nothing' : chance.pick(list)
  }
  const sort = chance.weighted<keyof typeof SORTS>([
    [60, 'get'],
    [22, 'post'],
    [5, 'late post'],
    [6, 'delayed'],
    [4, 'download'],
    [3, 'upload'],
    [3, 'repeatable upload'],
    [0.5, 'slow download'],
    [0.5, 'slow upload'],
  ])
  const { delay, ...shape } = SORTS[sort](chance)
  const query = new URLSearchParams()
  if (shape.answerBytes > 0) query.set('bytes', String(shape.answerBytes))
  if (delay > 0) query.set('delay', String(delay))
  const search = query.size === 0 ? '' : `?${query}`
  return {
    ...shape,
    id,
    segment: ofThese(known.segments, known.goneSegments),
    rest: `/${id}${search}`,
    key: chance.chance(0.15) ? null : ofThese(known.keys, known.goneKeys),
  }
}

const PLAIN = { method: 'GET', bytes: 0, answerBytes: 0, slow: false, bodyAfterMs: 0, delay: 0 } as const
type Shape = Omit<Question, 'id' | 'segment' | 'rest' | 'key'> & { readonly delay: number }

const SORTS = {
  get: () => PLAIN,
  post: (chance) => ({ ...PLAIN, method: 'POST', bytes: 1 + chance.below(4_000) }),
  'late post': (chance) => ({
    ...PLAIN,
    method: 'POST',
    bytes: 1 + chance.below(4_000),
    bodyAfterMs: 20 + chance.below(400),
  }),
  delayed: (chance) => ({ ...PLAIN, delay: 5 + chance.below(300) }),
  download: (chance) => ({ ...PLAIN, answerBytes: 20_000 + chance.below(200_000) }),
  // More than is held in memory.
  upload: (chance) => ({ ...PLAIN, method: 'POST', bytes: 20_000 + chance.below(200_000) }),
  'repeatable upload': (chance) => ({ ...PLAIN, method: 'PUT', bytes: 20_000 + chance.below(200_000) }),
  'slow download': (chance) => ({ ...PLAIN, answerBytes: 500_000 + chance.below(1_500_000), slow: true }),
  'slow upload': (chance) => ({
    ...PLAIN,
    method: 'POST',
    bytes: 200_000 + chance.below(600_000),
    slow: true,
  }),
} as const satisfies Record<string, (chance: Random) => Shape>
