import { schemaStatus, startEpoch } from '@biplane/database'
import { placeOf, withDatabase } from '../database.ts'
import { EXIT } from '../frame/exit-code.ts'
import { Failure } from '../frame/failure.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'

export async function beginEpoch(session: Session, { yes }: { readonly yes?: true }): Promise<Outcome> {
  return await withDatabase(session, async (db) => {
    const { kind } = await schemaStatus(db)
    if (kind !== 'current')
      throw new Failure(`${placeOf(db)} is not up to date (${kind}): see biplane migrations status`)
    const question = `Every hub and node will take a snapshot from ${placeOf(db)}. Begin a new epoch?`
    if (yes !== true && !(await session.confirm(question, 'nobody can be asked here: say --yes')))
      return { json: { changed: false }, text: 'Nothing was changed.', exitCode: EXIT.failed }
    const { before, after, revision } = await startEpoch(db)
    return {
      json: { changed: true, before, after, revision },
      text: [
        `The epoch ${before} has ended; ${after} begins at revision ${revision}.`,
        'Hubs and nodes take a snapshot as soon as they notice, within a second where they are connected.',
      ],
    }
  })
}
