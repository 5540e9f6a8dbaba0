import { describeSettings, type ExposureSettings, exposuresOf, type SoundSettings } from '@biplane/service'
import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'
import { nearestName } from './nearest-name.ts'

/** What the app itself would say of its settings before it refuses to start. */
export const settings: Check = {
  name: 'settings',
  examine({ installation: { app, settings: sound, given, problems, unknown, source } }) {
    const wrong = problems.map(({ setting, value, message }) =>
      problem(setting, value === '' ? 'is missing' : `is ${value}`, message),
    )
    const open = app === 'admin-api' ? exposures(sound) : []
    const findings: Finding[] = [...wrong, ...unknown.map(strange), ...open]
    if (wrong.length > 0) return findings
    const known = given.size - unknown.length
    return [
      fine(source, `${known === 1 ? '1 setting is' : `${known} settings are`} given, all right`),
      ...findings,
    ]
  },
}

/** What other machines can do, as the settings are. */
function exposures({
  admin_listen,
  admin_tokens,
  admin_client_verify,
  admin_client_roles,
}: SoundSettings): Finding[] {
  const read = { admin_listen, admin_tokens, admin_client_verify, admin_client_roles }
  if (!isComplete(read)) return []
  return exposuresOf(read).map(({ message, remedy }) => warning('admin_listen', message, remedy))
}

function isComplete(
  read: { [N in keyof ExposureSettings]: ExposureSettings[N] | undefined },
): read is ExposureSettings {
  return Object.values(read).every((value) => value !== undefined)
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
