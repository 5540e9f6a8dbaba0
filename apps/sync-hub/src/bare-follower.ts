import { NOWHERE } from '@biplane/protocol'
import { type FollowerTls, followSource, type Link } from '@biplane/protocol/stream'
import { createLogger } from '@biplane/service'

/** A node of a spec that takes no config: only whether it is connected matters. */
export interface BareFollower {
  /** Null while it has none. */
  readonly link: Link | null
  /** How often it has had one. */
  readonly links: number
  /** How often no source could be followed. */
  readonly failures: number
  /** Resolves when the signal has aborted. */
  readonly ended: Promise<void>
}

/** Tries for ever to follow the source at a port of this machine. */
export function followBarely(port: number, tls: FollowerTls, signal: AbortSignal): BareFollower {
  const seen = { link: null as Link | null, links: 0, failures: 0 }
  const ended = followSource({
    addresses: [`127.0.0.1:${port}`],
    tls,
    hello: () => ({
      ...{ nodeId: 'n', instance: 'i', hostname: 'h', version: '3.4.0' },
      ...{ plugins: [], labels: {}, relay: false },
    }),
    position: () => NOWHERE,
    onWelcome: () => null,
    onUpdate: () => Promise.reject(new Error('there is none')),
    onWithheld: () => undefined,
    onLink: (link) => {
      seen.link = link
      if (link !== null) seen.links += 1
    },
    backoff: () => {
      seen.failures += 1
      return 20
    },
    log: createLogger({ log_level: 'crit' }, 'sync-hub'),
    signal,
  })
  return Object.assign(seen, { ended })
}
