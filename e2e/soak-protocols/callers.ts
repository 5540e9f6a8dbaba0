import { setTimeout as pause } from 'node:timers/promises'
import { type Random, random } from '../fuzz/random.ts'
import { udpCall } from './datagrams.ts'
import { type Family, LANES, type Lane } from './families.ts'
import { type GrpcClient, grpcCall, KINDS } from './grpc.ts'
import { Http2Client } from './http2-session.ts'
import type { Call, Ground, Outcome } from './outcome.ts'
import { tcpCall, tlsCall } from './sockets.ts'
import { planOf } from './talk.ts'
import { eventsCall, http1Client, http2Client, serverName, type WebClient, webCall } from './web.ts'
import { webSocketCall } from './websockets.ts'

/** What callers can speak, as it is named in reports and on the command line. */
export const PROTOCOLS = {
  http: webCaller((ground) => http1Client(ground, null)),
  https: webCaller((ground, lane) => http1Client(ground, serverName(lane))),
  h2c: webCaller((ground) => http2Client(ground, null)),
  h2: webCaller((ground, lane) => http2Client(ground, serverName(lane))),
  grpc: grpcCaller((ground) => ({ client: new Http2Client(ground.plain, null), balancer: ground.plain })),
  grpcs: grpcCaller((ground, lane) => ({
    client: new Http2Client(ground.tls, serverName(lane)),
    balancer: ground.tls,
  })),
  ws: conversations('web', 'ws', 60_000, webSocketCall),
  wss: conversations('web', 'wss', 60_000, webSocketCall),
  events: eventsCaller((ground) => http1Client(ground, null)),
  'events h2': eventsCaller((ground, lane) => http2Client(ground, serverName(lane))),
  tcp: conversations('tcp', 'tcp', 60_000, tcpCall),
  tls: conversations('tls', 'tls', 60_000, tlsCall),
  tls_passthrough: conversations('passthrough', 'tls_passthrough', 60_000, tlsCall),
  udp: conversations('udp', 'udp', 1_200, udpCall),
} as const satisfies Record<string, Caller>

export type Protocol = keyof typeof PROTOCOLS

const isProtocol = (name: string): name is Protocol => name in PROTOCOLS

export const ALL: readonly Protocol[] = Object.keys(PROTOCOLS).filter(isProtocol)

/** What a call is, besides its protocol. */
interface Wanted {
  readonly id: string
  readonly isLong: boolean
  readonly chance: Random
}

/** Somebody who makes one call after another to one lane. */
type Caller = (ground: Ground, lane: Lane) => { call(wanted: Wanted): Promise<Outcome>; leave(): void }

/** One connection in so many calls is given up for another. */
const FRESH = 0.05
/** Of both lanes there is one who makes short calls, and one who makes long ones. */
const SORTS = [false, true] as const
const PAUSE_MS = 60

/** Callers of all these protocols, until stopped. */
export function startCallers(
  protocols: readonly Protocol[],
  ground: Ground,
  seed: number,
  tell: (outcome: Outcome) => void,
  stopping: AbortSignal,
): { readonly done: Promise<unknown> } {
  const caller = async (protocol: Protocol, lane: Lane, isLong: boolean): Promise<void> => {
    const name = `${protocol.replace(' ', '-')}-${lane}${isLong ? 'long' : ''}`
    const chance = random(seed, Object.keys(PROTOCOLS).indexOf(protocol), lane, Number(isLong))
    const { call, leave } = PROTOCOLS[protocol](ground, lane)
    for (let turn = 0; !stopping.aborted; turn += 1) {
      tell(await call({ id: `${name}-${turn}x`, isLong, chance }))
      await pause(chance.below(2 * PAUSE_MS), undefined, { signal: stopping }).catch(() => undefined)
    }
    leave()
  }
  const all = protocols.flatMap((protocol) =>
    LANES.flatMap((lane) => SORTS.map((isLong) => caller(protocol, lane, isLong))),
  )
  return { done: Promise.all(all) }
}

function webCaller(clientOf: (ground: Ground, lane: Lane) => WebClient): Caller {
  return (ground, lane) => {
    const client = clientOf(ground, lane)
    return {
      call({ id, chance }) {
        if (chance.chance(FRESH)) client.renew()
        const protocol = `${id.split('-')[0]} ${chance.chance(0.6) ? 'GET' : 'POST'}`
        return webCall(client, { protocol, family: 'web', lane, id, isLong: false }, ground, chance)
      },
      leave: () => client.renew(),
    }
  }
}

function eventsCaller(clientOf: (ground: Ground, lane: Lane) => WebClient): Caller {
  return (ground, lane) => {
    const client = clientOf(ground, lane)
    return {
      call({ id, isLong, chance }) {
        const protocol = `${id.replace(/-[01].*/, '').replace('-', ' ')} GET`
        return eventsCall(client, { protocol, family: 'web', lane, id, isLong }, ground, chance)
      },
      leave: () => client.renew(),
    }
  }
}

function grpcCaller(clientOf: (ground: Ground, lane: Lane) => GrpcClient): Caller {
  return (ground, lane) => {
    const client = clientOf(ground, lane)
    return {
      call({ id, isLong, chance }) {
        if (chance.chance(FRESH)) client.client.renew()
        const kind = chance.pick(KINDS)
        const call: Call = { protocol: `${id.split('-')[0]} ${kind}`, family: 'grpc', lane, id, isLong }
        return grpcCall(client, kind, call, ground, chance)
      },
      leave: () => client.client.renew(),
    }
  }
}

function conversations(
  family: Family,
  protocol: string,
  bytes: number,
  converse: (call: Call, ground: Ground, plan: ReturnType<typeof planOf>) => Promise<Outcome>,
): Caller {
  return (ground, lane) => ({
    call: ({ id, isLong, chance }) =>
      converse({ protocol, family, lane, id, isLong }, ground, planOf(chance, isLong, bytes)),
    // Each has a connection of its own.
    leave: () => undefined,
  })
}
