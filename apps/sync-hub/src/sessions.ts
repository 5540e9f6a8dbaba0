import { cloneId, type Hello } from '@biplane/protocol'

/** A node's session, as long as it is the one that counts. */
export interface ActiveSession {
  readonly hello: Hello
  /** When anything was last heard in it, milliseconds of `performance.now()`. */
  readonly lastHeard: () => number
  /** Another process of the same node id that was connected when this one came: one of them is not what it says, or is gone. */
  readonly rival: ActiveSession | null
  /** Resolves with the reason when the session must end though the node is still there. */
  readonly ended: Promise<string>
  end(reason: string): void
}

/** The sessions of this hub: one a node, and one for each process more that comes with the id of a node. */
export class Sessions {
  /** By the id under which the node is listed, or would be if it is a clone. */
  readonly #active = new Map<string, ActiveSession>()

  get all(): Iterable<ActiveSession> {
    return this.#active.values()
  }

  get size(): number {
    return this.#active.size
  }

  /**
   * Makes this the session of its process and ends the one before at once: that one is half open, its node has given it
   * up. Null when it is the other way round, and this one was overtaken on its way here. Where another process has the
   * node's id, both go on, until it is known which of them is the node.
   */
  begin(hello: Hello, lastHeard: () => number): ActiveSession | null {
    const named = this.#active.get(hello.nodeId)
    const isShared = named !== undefined && named.hello.instance !== hello.instance
    const own = this.#ownOf(hello)
    if (own !== undefined && own.hello.session > hello.session) return null
    const { promise, resolve } = Promise.withResolvers<string>()
    const rival = isShared ? named : null
    const session: ActiveSession = { hello, lastHeard, rival, ended: promise, end: resolve }
    if (own !== undefined) this.finish(own)
    this.#active.set(isShared ? cloneId(hello) : hello.nodeId, session)
    own?.end('the node has connected anew')
    return session
  }

  /** Whether it is still the one that counts. */
  isActive(session: ActiveSession): boolean {
    return this.#keyOf(session) !== null
  }

  /**
   * Gives a session that came beside its rival the id of the node, and ends the rival, which is half open. False where a
   * third process has taken the id meanwhile.
   */
  inherit(session: ActiveSession): boolean {
    const { nodeId } = session.hello
    const holder = this.#active.get(nodeId)
    if (holder !== undefined && holder !== session.rival) return false
    if (!this.finish(session)) return true
    this.#active.set(nodeId, session)
    holder?.end('the node has connected anew')
    return true
  }

  /** The session is over. True if it was still the one that counts. */
  finish(session: ActiveSession): boolean {
    const key = this.#keyOf(session)
    return key !== null && this.#active.delete(key)
  }

  /** The session that the same process had before. */
  #ownOf(hello: Hello): ActiveSession | undefined {
    const candidates = [this.#active.get(cloneId(hello)), this.#active.get(hello.nodeId)]
    return candidates.find((session) => session?.hello.instance === hello.instance)
  }

  #keyOf(session: ActiveSession): string | null {
    const { hello } = session
    return [hello.nodeId, cloneId(hello)].find((key) => this.#active.get(key) === session) ?? null
  }
}
