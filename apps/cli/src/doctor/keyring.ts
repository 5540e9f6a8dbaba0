import type { Check } from './check.ts'
import type { Contacts } from './contacts.ts'
import { type Finding, fine, warning } from './finding.ts'

/** Whether an admin-api seals secrets in its database, and how many it has not come to yet. */
export const keyring: Check = {
  name: 'keyring',
  async examine({ installation: { app, settings }, contacts, signal }) {
    const { database, keyring_enabled: on, keyring_keys: keys = [] } = settings
    if (app !== 'admin-api' || database === 'off' || on === undefined) return []
    const [first] = keys
    if (first === undefined) return [fine('keyring', 'off: secrets lie in clear in the database')]
    const others = keys.length === 1 ? '' : `, and ${keys.length - 1} more open`
    const does = on
      ? `seals with the key '${first.id}'${others}`
      : `opens with ${keys.length} keys, and seals nothing`
    return [judgeRest(does, on, await leftOf(contacts, signal))]
  },
}

function judgeRest(does: string, on: boolean, left: number | null): Finding {
  if (left === null) return fine('keyring', `${does}; how far it has come, a running admin-api tells`)
  if (left > 0)
    return warning(
      'keyring',
      `${does}; ${left} rows and revisions are still to be ${on ? 'sealed' : 'opened'}`,
      'leave every key where it is until none is left; this goes on by itself',
    )
  return fine('keyring', `${does}; nothing is left to be ${on ? 'sealed' : 'opened'}`)
}

/** Null where the admin-api does not run, or has not looked yet. */
async function leftOf(contacts: Contacts, signal: AbortSignal): Promise<number | null> {
  const api = contacts.ownStatus()
  if (api === null) return null
  try {
    const { text } = await api.send({ method: 'GET', path: '/metrics', patienceMs: 5000 }, signal)
    const left = /^biplane_keyring_left (\d+)$/m.exec(text)?.[1]
    return left === undefined ? null : Number(left)
  } catch {
    return null // the check of readiness tells what is wrong with it
  }
}
