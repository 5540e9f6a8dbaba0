import type { Hello } from '@biplane/protocol'

/** A node's session, as long as it is the one that counts. */
export interface ActiveSession {
  readonly hello: Hello
  /** Resolves with the reason when the session must end though the node is still there. */
  readonly ended: Promise<string>
  end(reason: string): void
}

/** The sessions of this hub, one a node. */
export class Sessions {
  readonly #active = new Map<string, ActiveSession>()

  get all(): Iterable<ActiveSession> {
    return this.#active.values()
  }

  get size(): number {
    return this.#active.size
  }

  /**
   * Makes this the session of its node and ends the one before at once: that one is half open, its node has given it up.
   * Null when it is the other way round, and this one was overtaken on its way here.
   */
  begin(hello: Hello): ActiveSession | null {
    const before = this.#active.get(hello.nodeId)
    const overtaken = before?.hello.instance === hello.instance && before.hello.session > hello.session
    if (overtaken) return null
    const { promise, resolve } = Promise.withResolvers<string>()
    const session: ActiveSession = { hello, ended: promise, end: resolve }
    this.#active.set(hello.nodeId, session)
    before?.end('the node has connected anew')
    return session
  }

  /** Whether it is still the one that counts. */
  isActive(session: ActiveSession): boolean {
    return this.#active.get(session.hello.nodeId) === session
  }

  /** The session is over. True if it was still the one that counts. */
  finish(session: ActiveSession): boolean {
    return this.isActive(session) && this.#active.delete(session.hello.nodeId)
  }
}
