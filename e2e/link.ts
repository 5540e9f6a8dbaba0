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
  const lines = new Set<Line>()
  /** Connections that came while it was frozen, each with what lets it go on. */
  const waiting = new Map<Socket, () => void>()
  /** Ends that do not know that their connection is gone. */
  const forgotten = new Set<Socket>()
  let target = to
  let state: 'whole' | 'cut' | 'frozen' = 'whole'
  const lead = (near: Socket): void => {
    if (target === undefined) return void near.resetAndDestroy()
    lines.add(joined(near, target, (line) => lines.delete(line)))
  }
  const server = createServer({ pauseOnConnect: true }, (near) => {
    near.on('error', () => near.destroy())
    if (state === 'cut') return void near.resetAndDestroy()
    if (state === 'frozen') {
      waiting.set(near, held(near))
      near.once('close', () => waiting.delete(near))
      return
    }
    lead(near)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const reset = (): void => {
    for (const near of [...waiting.keys(), ...forgotten]) near.resetAndDestroy()
    for (const { near, far } of lines) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
  }
  return {
    address: `127.0.0.1:${port}`,
    port,
    get open() {
      return lines.size
    },
    leadTo(next) {
      target = next
    },
    cut() {
      state = 'cut'
      reset()
    },
    freeze() {
      state = 'frozen'
      for (const { near, far } of lines) {
        near.unpipe(far).pause()
        far.unpipe(near).pause()
      }
    },
    halfOpen(unaware) {
      for (const { near, far } of lines) {
        const [deaf, other] = unaware === 'near' ? [near, far] : [far, near]
        forgotten.add(deaf)
        deaf.once('close', () => forgotten.delete(deaf))
        deaf.unpipe(other).resume()
        other.removeAllListeners('close').unpipe(deaf).resetAndDestroy()
      }
      lines.clear()
    },
    mend() {
      state = 'whole'
      for (const { near, far } of lines) {
        near.pipe(far)
        far.pipe(near)
      }
      for (const [near, release] of waiting) {
        release()
        lead(near)
      }
      waiting.clear()
    },
    async close() {
      reset()
      await new Promise((done) => server.close(done))
    },
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
