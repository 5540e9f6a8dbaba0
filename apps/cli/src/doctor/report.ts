import type { Session } from '../frame/session.ts'
import type { Diagnosis, Found } from './examine.ts'

const COLOURS = { ok: 'green', warning: 'yellow', problem: 'red' } as const

/** For people: a block for each installation, a line for each finding, and below it what to do. */
export function toText(diagnoses: readonly Diagnosis[], paint: Session['paint']): string[] {
  const blocks = diagnoses.flatMap(({ installation, findings }) => [
    paint('bold', `${installation.name} (${installation.source})`),
    ...findings.flatMap((found) => linesOf(found, paint)),
    '',
  ])
  return [...blocks, summary(diagnoses)]
}

/** For programs: every finding, with the app it is about. */
export function toJson(diagnoses: readonly Diagnosis[]): object[] {
  return diagnoses.flatMap(({ installation, findings }) =>
    findings.map((found) => ({
      app: installation.name,
      check: found.check,
      subject: found.subject,
      level: found.level,
      message: found.message,
      remedy: remedyOf(found),
    })),
  )
}

export function isFaulty(diagnoses: readonly Diagnosis[], strict: boolean): boolean {
  return count(diagnoses, 'problem') > 0 || (strict && count(diagnoses, 'warning') > 0)
}

const LEVEL_WIDTH = 'problem'.length
const CHECK_WIDTH = 'certificates'.length
const INDENT = ' '.repeat(LEVEL_WIDTH + CHECK_WIDTH + 6)

function linesOf(found: Found, paint: Session['paint']): string[] {
  const { level, check, subject, message } = found
  const remedy = remedyOf(found)
  const told = `  ${paint(COLOURS[level], level.padEnd(LEVEL_WIDTH))}  ${check.padEnd(CHECK_WIDTH)}  ${subject}: ${message}`
  return remedy === null ? [told] : [told, `${INDENT}→ ${remedy}`]
}

function remedyOf(found: Found): string | null {
  return found.level === 'ok' ? null : found.remedy
}

function summary(diagnoses: readonly Diagnosis[]): string {
  const problems = count(diagnoses, 'problem')
  const warnings = count(diagnoses, 'warning')
  if (problems + warnings === 0) return 'All is well.'
  return `${problems === 1 ? '1 problem' : `${problems} problems`}, ${warnings === 1 ? '1 warning' : `${warnings} warnings`}.`
}

function count(diagnoses: readonly Diagnosis[], level: Found['level']): number {
  return diagnoses.flatMap(({ findings }) => findings).filter((found) => found.level === level).length
}
