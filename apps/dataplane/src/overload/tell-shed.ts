import type { Logger } from '@biplane/service'
import { type Counters, shed } from '../workers/counters.ts'
import { type ShedReason, shedReasons } from './reasons.ts'
import { ShedNews, type ShedTotals } from './shed-news.ts'

const LOOK_MS = 1000

/** Says in the log when load is shed, and why: one line a minute for the whole node. */
export function tellShed(counters: Counters, log: Pick<Logger, 'warn'>, signal: AbortSignal): void {
  const news = new ShedNews()
  const look = (): void => {
    const line = news.look(totalsOf(counters), performance.now())
    if (line !== null) log.warn(line, 'more comes in than this node bears: some of it was turned away')
  }
  look()
  const looking = setInterval(look, LOOK_MS)
  looking.unref()
  signal.addEventListener('abort', () => clearInterval(looking), { once: true })
}

function totalsOf(counters: Counters): ShedTotals {
  const requests = shedReasons.map((reason) => [reason, counters.total(shed(reason))])
  return {
    requests: Object.fromEntries(requests) as Record<ShedReason, number>, // one for each reason, as it says
    connections: counters.total('connectionsRefused'),
    idle: counters.total('connectionsGivenUp'),
  }
}
