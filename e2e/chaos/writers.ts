import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, send } from '../client.ts'
import { random } from '../fuzz/random.ts'
import type { AdminApi } from '../stack.ts'
import { isShown, type Ledger, type Write } from './ledger.ts'
import { type NextWrite, nextWrite, type WriteSource } from './next-write.ts'

export interface Tally {
  readonly acknowledged: number
  readonly unanswered: number
  readonly refused: number
}

export interface Writers {
  readonly ledgers: readonly Ledger[]
  /** What was answered in a way that it must not be. */
  readonly faults: readonly string[]
  readonly tally: Tally
  /** All that was sent, with what came of it. */
  readonly sent: readonly string[]
  /** Resolves when every request is over, also those that nobody waited for any more. */
  stop(): Promise<void>
}

export interface WritersOptions {
  readonly admins: readonly AdminApi[]
  /** The upstream of all services. */
  readonly url: string
  readonly seed: number
  readonly round: number
  /** One for each writer, with what is there from earlier rounds. */
  readonly ledgers: readonly Ledger[]
}

/** Writers that each change entities of their own through either admin-api, until stopped. */
export function startWriters({ admins, url, seed, round, ledgers }: WritersOptions): Writers {
  const tally = { acknowledged: 0, unanswered: 0, refused: 0 }
  const faults: string[] = []
  const sent: string[] = []
  const waiting = new Set<Promise<Outcome>>()
  let stopped = false
  const writer = async (ledger: Ledger, index: number): Promise<void> => {
    const chance = random(seed, round, index)
    let names = 0
    // With an end of its own: a path is not to be the beginning of another.
    const fresh = (): string => `w${index}-r${round}-${names++}x`
    const source: WriteSource = { ledger, chance, fresh, url }
    while (!stopped) {
      const write = nextWrite(source)
      const admin = chance.pick(admins)
      const answer = attempt(admin, write).finally(() => waiting.delete(answer))
      waiting.add(answer)
      const outcome = await Promise.race([answer, pause(PATIENCE_MS, HANGS)])
      const text = `${told(write)} by ${admin.name}`
      sent.push(`${new Date().toISOString()} ${text}: ${outcome.kind} ${outcome.told}`)
      tally[take(ledger, { ...write, text }, outcome, faults)] += 1
      // One that is away refuses at once: do not spin.
      await pause(outcome.kind === 'done' ? 5 + chance.below(20) : 50)
    }
  }
  const done = Promise.all(ledgers.map(writer))
  return {
    ledgers,
    faults,
    tally,
    sent,
    async stop() {
      stopped = true
      await done
      await Promise.all(waiting)
    },
  }
}

/** A writer that has waited so long goes on with something else. */
const PATIENCE_MS = 2_000
const HANGS: Outcome = { kind: 'hangs', told: '' }

/** `not sent` where nothing listened, so that nothing can have been done. */
interface Outcome {
  readonly kind: 'done' | 'refused' | 'unanswered' | 'hangs' | 'not sent'
  readonly told: string
  readonly answer?: Answer
}

async function attempt(admin: AdminApi, { method, path, body }: NextWrite): Promise<Outcome> {
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  try {
    const answer = await send(`${admin.url}${path}`, { method, ...init })
    const { status, text } = answer
    if (status < 300) return { kind: 'done', told: String(status), answer }
    return { kind: status === 503 ? 'unanswered' : 'refused', told: `${status} ${text}` }
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    const reason = cause instanceof Error ? cause.message : String(error)
    return { kind: /ECONNREFUSED/.test(reason) ? 'not sent' : 'unanswered', told: reason }
  }
}

function take(
  ledger: Ledger,
  write: NextWrite & Write,
  { kind, told, answer }: Outcome,
  faults: string[],
): keyof Tally {
  switch (kind) {
    case 'done':
      ledger.done(write)
      if (answer !== undefined && !isAnswered(write, answer))
        faults.push(`${write.text} was answered ${answer.text}`)
      return 'acknowledged'
    case 'refused':
      if (write.sure || !/^40[049]/.test(told)) faults.push(`${write.text} was refused: ${told}`)
      return 'refused'
    case 'unanswered':
    case 'hangs':
      ledger.unanswered(write, kind === 'hangs')
      return 'unanswered'
    case 'not sent':
      return 'unanswered'
  }
}

/** Whether the answer shows what was written. */
function isAnswered({ path, effects }: NextWrite, { status, json }: Answer): boolean {
  const after = effects[0]?.after ?? null
  if (path === '/transactions' || after === null) return true
  return status < 204 && isShown(after, json())
}

function told({ method, path, body }: NextWrite): string {
  return [method, path, ...(body === undefined ? [] : [JSON.stringify(body)])].join(' ')
}
