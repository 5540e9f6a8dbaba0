import type { App } from '@biplane/service'
import { expect, onTestFinished } from 'vitest'
import type { AdminOptions } from '../admin/options.ts'
import { openSession } from '../frame/session.ts'
import type { Check } from './check.ts'
import { Contacts } from './contacts.ts'
import type { Finding } from './finding.ts'
import { type Installation, readInstallation } from './installation.ts'

/** An app that is set up with these settings and nothing else, by their `kong.conf` names. */
export function anInstallation(app: App, settings: Readonly<Record<string, string>> = {}): Installation {
  const env = Object.entries(settings).map(([name, value]) => [`KONG_${name.toUpperCase()}`, value])
  return readInstallation(app, app, 'the test', Object.fromEntries(env))
}

/** What a check finds. */
export async function found(
  check: Check,
  installation: Installation,
  { now = Date.now, ...options }: AdminOptions & { now?: () => number } = {},
): Promise<readonly Finding[]> {
  const { signal } = new AbortController()
  const contacts = new Contacts(installation, openSession({}, process, signal), options)
  onTestFinished(() => contacts.close())
  return await check.examine({ installation, contacts, now, signal })
}

/** A finding whose subject and message hold this. */
export const told = (level: Finding['level'], subject: string, message: string | RegExp): object => ({
  level,
  subject: expect.stringContaining(subject),
  message: expect.stringMatching(message),
})
