import { connect, createServer, type Socket } from 'node:net'

/** A TCP line of our own between two processes. */
export interface Link {
  /** Where the process that connects is to connect, as `host:port`. */
  readonly address: string
  readonly port: number
  /** Connections that are open through it. */
  readonly open: number
  /** Where connections lead from now on, as `host:port`. Until the first call none is accepted. */
  leadTo(address: string): void
  /** Ends every connection, by a reset; those that come are refused until `mend`. */
  cut(): void
  /** Nothing gets through any more, either way, and nobody is told: neither end sees a close. New connections hang. */
  freeze(): void
  /**
   * Ends every connection for one end, by a reset, while the other end, `unaware`, hears nothing any more: as when a machine or
   * a firewall on the way forgets what it knew. Connections that come get through.
   */
  halfOpen(unaware: 'near' | 'far'): void
  /** After `cut`: connections get through again. After `freeze`: those of before go on where they were. */
  mend(): void
  close(): Promise<void>
}

interface Line {
  /** The end that connected. */
  readonly near: Socket
  readonly far: Socket
}

/** A link that leads nowhere yet, so that a process can be told its address before there is another end. */
export async function startLink(to?: string): Promise<Link> {
  const link = new TcpLink(to)
  await link.listen()
  return link
}

class TcpLink implements Link {
  readonly #lines = new Set<Line>()
  /** Connections that came while it was frozen, each with what lets it go on. */
  readonly #waiting = new Map<Socket, () => void>()
  /** Ends that do not know that their connection is gone. */
  readonly #forgotten = new Set<Socket>()
  readonly #server = createServer({ pauseOnConnect: true }, (near) => this.#take(near))
  #port = 0
  #target: string | undefined
  #state: 'whole' | 'cut' | 'frozen' = 'whole'

  constructor(to: string | undefined) {
    this.#target = to
  }

  async listen(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done))
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.#port = address.port
  }

  get port(): number {
    return this.#port
  }

  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  get open(): number {
    return this.#lines.size
  }

  leadTo(next: string): void {
    this.#target = next
  }

  cut(): void {
    this.#state = 'cut'
    this.#reset()
  }

  freeze(): void {
    this.#state = 'frozen'
    for (const { near, far } of this.#lines) {
      near.unpipe(far).pause()
      far.unpipe(near).pause()
    }
  }

  halfOpen(unaware: 'near' | 'far'): void {
    for (const { near, far } of this.#lines) {
      const [deaf, other] = unaware === 'near' ? [near, far] : [far, near]
      this.#forgotten.add(deaf)
      deaf.once('close', () => this.#forgotten.delete(deaf))
      deaf.unpipe(other).resume()
      other.removeAllListeners('close').unpipe(deaf).resetAndDestroy()
    }
    this.#lines.clear()
  }

  mend(): void {
    this.#state = 'whole'
    for (const { near, far } of this.#lines) {
      near.pipe(far)
      far.pipe(near)
    }
    for (const [near, release] of this.#waiting) {
      release()
      this.#lead(near)
    }
    this.#waiting.clear()
  }

  async close(): Promise<void> {
    this.#reset()
    await new Promise((done) => this.#server.close(done))
  }

  #take(near: Socket): void {
    near.on('error', () => near.destroy())
    if (this.#state === 'cut') return void near.resetAndDestroy()
    if (this.#state === 'whole') return void this.#lead(near)
    this.#waiting.set(near, held(near))
    near.once('close', () => this.#waiting.delete(near))
  }

  #lead(near: Socket): void {
    if (this.#target === undefined) return void near.resetAndDestroy()
    this.#lines.add(joined(near, this.#target, (line) => this.#lines.delete(line)))
  }

  #reset(): void {
    for (const near of [...this.#waiting.keys(), ...this.#forgotten]) near.resetAndDestroy()
    for (const { near, far } of this.#lines) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
  }
}

/** Keeps what a connection says until it is released; it is read, so that one that is given up meanwhile is known to be closed. */
function held(near: Socket): () => void {
  const said: Buffer[] = []
  const keep = (chunk: Buffer): void => void said.push(chunk)
  near.on('data', keep).resume()
  return () => {
    near.off('data', keep).pause()
    if (said.length > 0) near.unshift(Buffer.concat(said))
  }
}

function joined(near: Socket, target: string, onClosed: (line: Line) => void): Line {
  const at = target.lastIndexOf(':')
  const far = connect({ host: target.slice(0, at), port: Number(target.slice(at + 1)) })
  const line = { near, far }
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.setNoDelay()
    one.pipe(other)
    one.on('error', () => other.destroy())
    one.once('close', () => {
      onClosed(line)
      other.destroySoon()
    })
  }
  return line
}
