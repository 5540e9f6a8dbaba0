import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'

export const nodeVersion: Check = {
  name: 'node.js',
  examine: () => [judgeNode(process.versions.node)],
}

/** @param version such as `24.11.1` */
export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const subject = `Node.js ${version}`
  if (major < 22 || (major === 22 && minor < 19))
    return problem(subject, 'is too old', 'install Node.js 24, or 22.19 and later')
  if (major === 22 || major === 24) return fine(subject, 'is supported')
  return warning(subject, 'is not among those that this release was tried with', 'install Node.js 24 or 22')
}
