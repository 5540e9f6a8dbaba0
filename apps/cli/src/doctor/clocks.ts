import { databaseClock } from '@biplane/database'
import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'

/** The clock of this machine against those of others; certificates are judged by it too. */
export const clocks: Check = {
  name: 'clocks',
  async examine({ contacts, now, signal }) {
    const findings: Finding[] = []
    const database = await contacts.database()
    if (database.kind === 'reached') {
      const { db } = database
      findings.push(judgeClock('the database', await compare(now, () => databaseClock(db), 1)))
    }
    const admin = await contacts.admin()
    if (admin.kind === 'reached') {
      const { api } = admin
      const told = async () => (await api.get('/status', signal)).at.getTime()
      findings.push(judgeClock('the Admin API', await compare(now, told, SECOND)))
    }
    return findings
  },
}

const SECOND = 1000
/** What leases, sessions and credentials that expire take for the same time. */
const TOLERABLE_MS = 2 * SECOND
const HARMFUL_MS = 60 * SECOND

/** How far this clock is ahead of another one: between these two, in milliseconds. */
export interface Ahead {
  readonly least: number
  readonly most: number
}

/** @param grain what the other clock rounds down to */
async function compare(now: () => number, theirs: () => Promise<number>, grain: number): Promise<Ahead> {
  const before = now()
  const told = await theirs()
  return { least: before - told - grain, most: now() - told }
}

export function judgeClock(subject: string, { least, most }: Ahead): Finding {
  const sure = least > 0 ? least : Math.max(0, -most)
  const direction = least > 0 ? 'ahead of' : 'behind'
  if (sure <= TOLERABLE_MS) return fine(subject, 'has the same time')
  const message = `this clock is ${Math.round(sure / SECOND)} s ${direction} it`
  const remedy = 'let a time service (NTP) set the clocks of both machines'
  return sure > HARMFUL_MS ? problem(subject, message, remedy) : warning(subject, message, remedy)
}
