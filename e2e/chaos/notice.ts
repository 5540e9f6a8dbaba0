import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cluster } from './cluster.ts'
import type { Line } from './lines.ts'

/** A link that carried something and died without a word for one end, or both. */
export interface DeadLink {
  readonly line: Line
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The ends that are to find out. */
  readonly near: boolean
  readonly far: boolean
}

export interface Notice {
  /** Who had to find out about whom, in words. */
  readonly text: string
  /** How long it took; null where it was never noticed. */
  readonly ms: number | null
}

/** How long the ends took to notice it, by their logs. */
export function notices({ apps }: Cluster, { line, at, near, far }: DeadLink): readonly Notice[] {
  const { from, to, link } = line
  const [one, other] = [apps.get(from), apps.get(to)]
  const notice = (text: string, log: string | undefined, isIt: (line: LogLine) => boolean): Notice => ({
    text,
    ms: after(at, log ?? '', isIt),
  })
  const found: Notice[] = []
  if (near)
    found.push(
      notice(`${from} that ${to} is silent`, one?.log(), ({ msg, address }) =>
        to === 'postgres'
          ? msg.startsWith('the database does not answer')
          : address === link.address && msg.startsWith('lost the source'),
      ),
    )
  if (far && one !== undefined && other !== undefined) {
    const id = readFileSync(join(one.prefix, 'kong.id'), 'utf8').trim()
    found.push(
      notice(
        `${to} that ${from} is silent`,
        other.log(),
        ({ msg, node, hub }) => (node === id || hub === id) && /^(node|hub) disconnected/.test(msg),
      ),
    )
  }
  return found
}

interface LogLine {
  readonly time: string
  readonly msg: string
  readonly address?: string
  readonly node?: string
  readonly hub?: string
}

function after(at: number, log: string, isIt: (line: LogLine) => boolean): number | null {
  for (const text of log.split('\n')) {
    if (!text.startsWith('{') || !text.endsWith('}')) continue
    const line: LogLine = JSON.parse(text)
    const since = Date.parse(line.time) - at
    if (since >= 0 && typeof line.msg === 'string' && isIt(line)) return since
  }
  return null
}
