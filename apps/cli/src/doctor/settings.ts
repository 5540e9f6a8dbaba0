import { describeSettings } from '@biplane/service'
import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'
import { nearestName } from './nearest-name.ts'

/** What the app itself would say of its settings before it refuses to start. */
export const settings: Check = {
  name: 'settings',
  examine({ installation: { given, problems, unknown, source } }) {
    const wrong = problems.map(({ setting, value, message }) =>
      problem(setting, value === '' ? 'is missing' : `is ${value}`, message),
    )
    const findings: Finding[] = [...wrong, ...unknown.map(strange)]
    if (wrong.length > 0) return findings
    const known = given.size - unknown.length
    return [
      fine(source, `${known === 1 ? '1 setting is' : `${known} settings are`} given, all right`),
      ...findings,
    ]
  },
}

function strange(name: string): Finding {
  const nearest = nearestName(
    name,
    describeSettings().map((row) => row.name),
  )
  const remedy =
    nearest === undefined ? 'take it away, or correct its name' : `write ${nearest}, if that was meant`
  return warning(name, 'no app has this setting: it is ignored', remedy)
}
