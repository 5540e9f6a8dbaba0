import type { Check, Examination } from './check.ts'
import { type Finding, problem } from './finding.ts'
import type { Installation } from './installation.ts'

/** All that was found of one installation. */
export interface Diagnosis {
  readonly installation: Installation
  readonly findings: readonly Found[]
}

export type Found = Finding & { readonly check: string }

export interface ExamineOptions extends Pick<Examination, 'contacts' | 'signal'> {
  /** Told of a check that takes long. */
  readonly tell: (line: string) => void
}

const LIMIT_MS = 10_000
const LONG_MS = 1000

/** Makes the checks one after the other, since some try what others look at. Each ends in time, whatever it meets. */
export async function examine(
  installation: Installation,
  checks: readonly Check[],
  { contacts, signal, tell }: ExamineOptions,
): Promise<Found[]> {
  const all: Found[] = []
  for (const check of checks) {
    signal.throwIfAborted()
    const timer = setTimeout(() => tell(check.name), LONG_MS)
    const findings = await inTime(check, { installation, contacts, now: Date.now, signal })
    clearTimeout(timer)
    all.push(...findings.map((finding) => ({ ...finding, check: check.name })))
  }
  return all
}

async function inTime(check: Check, examination: Examination): Promise<readonly Finding[]> {
  const { limitMs = LIMIT_MS } = check
  const outer = examination.signal
  const limit = AbortSignal.timeout(limitMs)
  const signal = AbortSignal.any([outer, limit])
  const late = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  )
  try {
    return await Promise.race([check.examine({ ...examination, signal }), late])
  } catch (error) {
    outer.throwIfAborted()
    if (limit.aborted)
      return [
        problem(
          'this check',
          `did not end within ${limitMs / 1000} seconds`,
          'try again when the machine is less busy',
        ),
      ]
    // The others are made all the same.
    const reason = error instanceof Error ? error.message : String(error)
    return [problem('this check', `could not be made: ${reason}`, 'see what the other checks say')]
  }
}
