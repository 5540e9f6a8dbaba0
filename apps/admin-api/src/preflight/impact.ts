import { compileDowngrade, Reductions, type Rule, refusalReason, rules } from '@biplane/compat'
import type { Kind } from '@biplane/entities'
import type { Change, Reduction, Understanding, WithheldReason } from '@biplane/protocol'

/** What changes come to on nodes of one understanding. */
export interface Impact {
  /** Why they would get no config any more; null if they would. */
  readonly withheld: WithheldReason | null
  /** What of the changes they would not be told. */
  readonly reductions: readonly Reduction[]
}

/** The same judgement as the hub's, by the same rules, before there is anything for the hub to judge. */
export function impactOf(changes: Iterable<Change>, understanding: Understanding): Impact {
  const { before, lacks, refusesInsecure, unknownKinds = [] } = understanding
  const downgrade = compileDowngrade(rules, before, { refuseInsecure: refusesInsecure, unknownKinds })
  const reductions = new Reductions()
  for (const change of changes) {
    const lack = lackOf(change, lacks)
    if (lack !== undefined) return { withheld: lack, reductions: [] }
    const outcome = downgrade.apply(change)
    if (outcome.kind === 'refused') {
      return { withheld: refusalReason(outcome.rule, change.kind, change.id), reductions: [] }
    }
    reductions.apply([{ id: change.id, was: [], is: outcome.reductions }])
  }
  return { withheld: null, reductions: reductions.all }
}

/** The kinds of entities that can keep a config from nodes of these understandings. */
export function obstacleKinds(understandings: Iterable<Understanding>): readonly Kind[] {
  const insecureToo = [...understandings].some(({ refusesInsecure }) => refusesInsecure)
  const found = rules.filter((rule) => refuses(rule) || (insecureToo && rule.severity !== undefined))
  return [...new Set([PLUGINS, ...found.map(({ on }) => on.split('/')[0] ?? on)])]
}

function refuses(rule: Rule): boolean {
  return 'older' in rule && rule.older === 'refuse'
}

const PLUGINS = 'plugins'

function lackOf(change: Change, lacks: readonly WithheldReason[]): WithheldReason | undefined {
  if (change.kind !== PLUGINS || change.op === 'delete') return undefined
  const { name } = change.entity
  return lacks.find(({ subject }) => subject === name)
}
