import http from 'node:http'
import https from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import { random } from '../fuzz/random.ts'
import { ask, type Door, type Outcome } from './ask.ts'
import type { Cluster } from './cluster.ts'
import type { History } from './history.ts'
import { type Known, knownOf, question } from './questions.ts'

export interface Clients {
  readonly asked: number
  /** What they pause after each request now, so that others have their share of the machine. */
  readonly pauseMs: number
  stop(): Promise<void>
}

export interface ClientsOptions {
  readonly cluster: Cluster
  readonly history: History
  readonly seed: number
  readonly count: number
  /** Requests a second; null for as many as the machine gives. */
  readonly rate: number | null
  readonly floors: Door['floors']
  /** How far those who change the config are behind, milliseconds. */
  readonly lateMs: () => number
  readonly tell: (outcome: Outcome) => void
}

/** One connection in so many requests is given up for another. */
const FRESH = 0.03
/** One client in so many speaks TLS. */
const TLS_EVERY = 5
const LATE_MS = 500
const MOST_PAUSE_MS = 200

/** Clients that ask one thing after another, each on a connection of its own. */
export function startClients(options: ClientsOptions): Clients {
  const { history, seed, count, rate, lateMs, tell } = options
  const load = { asked: 0, pauseMs: rate === null ? 0 : (count * 1000) / rate }
  let known: Known = knownOf(history, undefined)
  let stopped = false
  const watch = setInterval(() => {
    known = knownOf(history, known)
  }, 100)
  const share = setInterval(() => {
    if (rate !== null) return
    load.pauseMs =
      lateMs() > LATE_MS ? Math.min(MOST_PAUSE_MS, load.pauseMs + 2) : Math.max(0, load.pauseMs - 1)
  }, 500)
  const client = async (index: number): Promise<void> => {
    const chance = random(seed, 1_000 + index)
    let door = doorOf(options, index)
    for (let turn = 0; !stopped; turn += 1) {
      if (chance.chance(FRESH)) {
        door.agent.destroy()
        door = doorOf(options, index)
      }
      const outcome = await ask(question(chance, known, `${index}-${turn}`), door)
      load.asked += 1
      tell(outcome)
      // Where nobody listens every try fails at once: do not spin.
      const wait = outcome.error === null ? load.pauseMs : Math.max(50, load.pauseMs)
      if (wait > 0) await pause(wait)
    }
    door.agent.destroy()
  }
  const done = Promise.all(Array.from({ length: count }, (_, index) => client(index)))
  return Object.assign(load, {
    async stop() {
      stopped = true
      await done
      clearInterval(watch)
      clearInterval(share)
    },
  })
}

function doorOf({ cluster, floors }: ClientsOptions, index: number): Door {
  const { balancer, tlsBalancer, nodeBehind } = cluster
  const options = { keepAlive: true, maxSockets: 1 }
  const isTls = index % TLS_EVERY === TLS_EVERY - 1
  return {
    url: new URL(isTls ? tlsBalancer.url.replace('http:', 'https:') : balancer.url),
    agent: isTls ? new https.Agent(options) : new http.Agent(options),
    nodeBehind: (port) => nodeBehind(isTls ? tlsBalancer : balancer, port),
    floors,
  }
}
