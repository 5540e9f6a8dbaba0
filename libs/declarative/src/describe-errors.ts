import type { FieldErrors, Problem } from '@biplane/entities'

/**
 * The faults of a document as lines for people, as Kong's command line tells them:
 *
 *     in 'services':
 *       - in entry 1 of 'services':
 *         in 'host': required field missing
 */
export function describeErrors(errors: FieldErrors): string {
  return lines(errors, '', '').join('\n')
}

function lines(problem: Exclude<Problem, string>, list: string, indent: string): readonly string[] {
  return Object.entries(problem).flatMap(([key, inner]: [string, Problem | null]) => {
    if (inner === null) return []
    const where = Array.isArray(problem) ? `- in entry ${Number(key) + 1} of '${list}'` : `in '${key}'`
    if (typeof inner === 'string') return [`${indent}${where}: ${inner}`]
    return [`${indent}${where}:`, ...lines(inner, key, `${indent}  `)]
  })
}
