import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

const LAUNCHER = join('tools', 'src', 'start.ts')

/** The program behind `npm start`, where this one lies in a clone of the repository: from its sources or its bundle. */
export function launcherAbove(folder: string): string | undefined {
  const launcher = join(folder, LAUNCHER)
  if (existsSync(launcher)) return launcher
  const above = dirname(folder)
  return above === folder ? undefined : launcherAbove(above)
}
