import type { App } from '@biplane/service'
import { openAdminApi } from '../admin/client.ts'
import type { AdminOptions } from '../admin/options.ts'
import { EXIT } from '../frame/exit-code.ts'
import type { Step } from '../frame/progress.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { checks } from './checks.ts'
import { Contacts } from './contacts.ts'
import { type Diagnosis, examine } from './examine.ts'
import { findInstallations } from './installation.ts'
import { isFaulty, toJson, toText } from './report.ts'

export interface DoctorOptions extends AdminOptions {
  readonly app?: App
  readonly strict?: true
}

export async function diagnose(session: Session, options: DoctorOptions): Promise<Outcome> {
  if (options.admin !== undefined) openAdminApi(session, options) // an address that is none is no finding
  const diagnoses: Diagnosis[] = []
  const steps = findInstallations(session.env, options.app, process.cwd()).map(
    (installation): Step => ({
      title: `Examine ${installation.name} (${installation.source})`,
      async run(tell) {
        const contacts = new Contacts(installation, session, options)
        try {
          const findings = await examine(installation, checks, { contacts, signal: session.signal, tell })
          diagnoses.push({ installation, findings })
        } finally {
          await contacts.close()
        }
        return undefined
      },
    }),
  )
  await session.steps(steps)
  const failed = isFaulty(diagnoses, options.strict === true)
  return {
    json: toJson(diagnoses),
    text: toText(diagnoses, session.paint),
    exitCode: failed ? EXIT.failed : EXIT.ok,
  }
}
