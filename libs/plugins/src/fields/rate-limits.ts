import { conditional, string } from '@biplane/entities'

/** The periods that a limit may hold for, from the shortest. */
export const PERIODS = ['second', 'minute', 'hour', 'day', 'month', 'year'] as const
export type Limits = Readonly<Record<(typeof PERIODS)[number], number | null>>

/** A longer period must not allow less than a shorter one: the first pair that does, or nothing. */
export function limitsProblem(limits: Limits, the = 'The'): string | undefined {
  const set = PERIODS.flatMap((period) => {
    const limit = limits[period]
    return limit === null ? [] : [{ period, limit }]
  })
  const pairs = set.flatMap((shorter, index) => set.slice(index + 1).map((longer) => ({ shorter, longer })))
  const broken = pairs.find(({ shorter, longer }) => longer.limit < shorter.limit)
  if (broken === undefined) return undefined
  const { shorter, longer } = broken
  return `${the} limit for ${shown(longer)} cannot be lower than the limit for ${shown(shorter)}`
}

function shown({ period, limit }: { readonly period: string; readonly limit: number }): string {
  return `${period}(${limit.toFixed(1)})`
}

/** Where the counters are. */
export function policy<const A extends { readonly len_min?: 0 }>(attributes: A) {
  return string({
    default: 'local',
    one_of: ['local', 'cluster', 'redis'],
    custom: clusterProblem,
    description: 'The rate-limiting policies to use for retrieving and incrementing the limits.',
    ...attributes,
  })
}

/** Nodes have no database to count in. Kong's control planes refuse the policy in the same words, though schemas list it. */
function clusterProblem(chosen: string): string | undefined {
  return chosen === 'cluster' ? 'expected one of: local, redis' : undefined
}

/** With the policy `redis`, a field of it is needed. */
export function neededByRedis(field: 'redis_host' | 'redis_port' | 'redis_timeout') {
  return conditional({
    if_field: 'config.policy',
    if_match: { eq: 'redis' },
    then_field: `config.${field}`,
    then_match: { required: true },
  })
}
