import type { ClientHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { PendingConnects } from '../overload/pending-connects.ts'
import type { PoolSettings, UpstreamRoom } from './upstream-pools.ts'
import { beginSession, openConnection, type SessionTarget } from './upstream-session.ts'

/** Streams that one session carries, if its upstream takes as many. */
const MOST_STREAMS = 100

/** Milliseconds that an upstream has to close its side of a connection that carries nothing any more. */
const CLOSING_MS = 2000

/** Milliseconds for which an upstream may be silent before that is told against it. Servers take offence at many pings. */
const SILENT_MS = 1000

/** A place for one stream on a session. */
export interface Place {
  /** Rejects when no session comes about, with `NoRoom` when it is one that takes fewer streams than were hoped for. */
  readonly session: Promise<ClientHttp2Session>
  /** To be called when the stream is over, or nobody waits for it any more; more than once does no harm. */
  release(): void
  /** No other stream begins on its session. */
  retire(): void
  /**
   * The stream was given up. If nothing at all has come over its connection meanwhile, no other stream begins on it: clients
   * that wait for less than the read timeout would else be led to an upstream that is gone until the system finds out.
   */
  doubt(): void
  /** Whether the upstream has said of a stream that it did nothing for it, nor ever will (RFC 9113 section 6.8). */
  isUntouched(stream: number): boolean
}

/** All streams of a session are taken, or it takes no more of them. Another one may have room. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom'
}

/** Sessions of HTTP/2 with upstreams. They belong to the engine, not to a config: an apply closes none of them. */
export class UpstreamSessions {
  readonly #settings: PoolSettings
  readonly #room: UpstreamRoom
  readonly #connects: PendingConnects
  readonly #pools = new Map<string, Pool>()
  /** All of them, also those that take no more streams. */
  readonly #open = new Set<KeptSession>()

  /** @param connects shared with all else that opens connections to upstreams */
  constructor(settings: PoolSettings, room: UpstreamRoom, connects: PendingConnects) {
    this.#settings = settings
    this.#room = room
    this.#connects = connects
  }

  /**
   * A place on the session that has been there for longest and has room, so that those beyond the need grow idle.
   *
   * @throws what OpenSSL has against the certificates that a connection is to be made with
   */
  place(target: SessionTarget): Place {
    const key = keyOf(target)
    const pool = this.#pools.get(key) ?? { sessions: new Set(), most: MOST_STREAMS }
    for (const kept of pool.sessions) if (kept.hasRoom) return kept.place()
    const socket = openConnection(target)
    this.#pools.set(key, pool)
    const settled = this.#connects.begin(`${target.host} ${target.port}`)
    socket.once(target.tls === null ? 'connect' : 'secureConnect', settled)
    const kept = new KeptSession(socket, target, pool, this.#settings, this.#room)
    this.#open.add(kept)
    socket.once('close', () => {
      settled()
      this.#open.delete(kept)
      // Another one may have taken its place meanwhile.
      if (pool.sessions.size === 0 && this.#pools.get(key) === pool) this.#pools.delete(key)
    })
    return kept.place()
  }

  close(): void {
    for (const kept of this.#open) kept.cut()
  }
}

/** The sessions with one address that are made alike. */
interface Pool {
  /** Those that take streams. */
  readonly sessions: Set<KeptSession>
  /** How many streams the last of them took at a time, for those of which it is not known yet. */
  most: number
}

class KeptSession {
  readonly #pool: Pool
  readonly #settings: PoolSettings
  readonly #room: UpstreamRoom
  readonly #socket: Socket
  readonly #ready: Promise<ClientHttp2Session>
  #session: ClientHttp2Session | undefined
  #streams = 0
  #carried = 0
  /** How many streams it takes at a time; others of its address may take more or fewer. */
  #most: number | undefined
  /** The last stream that the upstream has not turned away. */
  #last = Number.POSITIVE_INFINITY
  #late: NodeJS.Timeout | undefined

  constructor(
    socket: Socket,
    { tls }: SessionTarget,
    pool: Pool,
    settings: PoolSettings,
    room: UpstreamRoom,
  ) {
    this.#socket = socket
    this.#pool = pool
    this.#settings = settings
    this.#room = room
    pool.sessions.add(this)
    room.opened()
    socket.once('close', () => {
      clearTimeout(this.#late)
      room.closed()
      this.retire()
    })
    this.#ready = beginSession(socket, tls).then((session) => this.#begin(session))
    this.#ready.catch(() => this.cut())
  }

  get hasRoom(): boolean {
    return this.#streams < (this.#most ?? this.#pool.most)
  }

  place(): Place {
    this.#streams += 1
    this.#carried += 1
    const { upstream_keepalive_max_requests: most } = this.#settings
    if (most > 0 && this.#carried >= most) this.retire()
    let isHeld = true
    const release = (): void => {
      if (isHeld) this.#leave()
      isHeld = false
    }
    const since = performance.now()
    const read = this.#socket.bytesRead
    const doubt = (): void => {
      if (performance.now() - since >= SILENT_MS && this.#socket.bytesRead === read) this.retire()
    }
    const isUntouched = (stream: number): boolean => stream > this.#last
    return { session: this.#take(release), release, retire: () => this.retire(), doubt, isUntouched }
  }

  /** It takes no more streams. */
  retire(): void {
    this.#pool.sessions.delete(this)
    if (this.#streams > 0 || this.#session === undefined || this.#socket.destroyed) return
    this.#session.close()
    this.#late ??= setTimeout(() => this.#socket.destroy(), CLOSING_MS)
  }

  cut(): void {
    this.retire()
    this.#session?.destroy()
    this.#socket.destroy()
  }

  async #take(release: () => void): Promise<ClientHttp2Session> {
    const session = this.#session ?? (await this.#ready)
    if (!session.closed && !session.destroyed && this.#streams <= (this.#most ?? this.#pool.most))
      return session
    // Before the next one looks, who may then stay.
    release()
    throw new NoRoom()
  }

  #begin(session: ClientHttp2Session): ClientHttp2Session {
    const heed = (): void => {
      this.#most = Math.min(MOST_STREAMS, session.remoteSettings.maxConcurrentStreams ?? MOST_STREAMS)
      this.#pool.most = this.#most
    }
    heed()
    if (this.#most === 0) throw new Error('the upstream takes no streams')
    this.#session = session
    session.on('remoteSettings', heed)
    session.on('goaway', (_code, last) => {
      this.#last = last
      this.retire()
    })
    session.on('close', () => this.retire())
    const { upstream_keepalive_idle_timeout: idle } = this.#settings
    if (idle > 0) {
      session.setTimeout(idle * 1000)
      // Its own callback hears of the first time only, which may be in the middle of a long call.
      session.on('timeout', () => {
        if (this.#streams === 0) this.retire()
      })
    }
    return session
  }

  #leave(): void {
    this.#streams -= 1
    if (this.#streams > 0) return
    const { upstream_keepalive_pool_size: size } = this.#settings
    // One that nobody waits for is not opened either.
    if (this.#session === undefined) this.cut()
    else if (!this.#pool.sessions.has(this) || this.#pool.sessions.size > size || !this.#room.mayKeep())
      this.retire()
  }
}

/** What sessions are told apart by. */
function keyOf({ host, port, tls, serverName }: SessionTarget): string {
  if (tls === null) return `${host} ${port}`
  const { verify, depth, authorities, pair } = tls
  const verified = verify ? `${depth} ${authorities === null ? 'platform' : authorities.join()}` : ''
  return `${host} ${port} ${serverName} ${verified} ${pair?.cert ?? ''}`
}
