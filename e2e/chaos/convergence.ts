import { isDeepStrictEqual } from 'node:util'
import { type Row, send } from '../client.ts'
import { dataPlanes } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { hashOf, reduced } from '../older-config.ts'
import { type Cluster, OLDER_MINOR } from './cluster.ts'
import type { JournalCopy, Stored } from './journal-copy.ts'

/** Far more than any of it takes: what is not there by then never will be. */
const WITHIN_MS = 60_000

/**
 * Waits until every hub and node has what the database has, by its own word and by the control plane's; nodes of the older
 * release what is to be theirs. Nothing must be written meanwhile. @throws what is missing, when it has not come in a minute
 */
export async function converged(cluster: Cluster, journal: JournalCopy): Promise<Stored> {
  return eventually(
    async () => {
      const stored = await journal.read()
      const whole = hashOf(stored.config)
      if (whole !== stored.hash)
        throw new Error(`the journal adds up to ${whole}, its head says ${stored.hash}`)
      const older = hashOf(reduced(stored.config, OLDER_MINOR))
      const wanted = new Map<string, string>()
      for (const { name } of [...cluster.hubs, ...cluster.nodes]) wanted.set(name, whole)
      wanted.set('dataplane-old', older)
      same('processes have', await hashesOf(cluster), wanted)
      await assertListed(cluster, whole, older)
      return stored
    },
    WITHIN_MS,
    50,
  )
}

async function hashesOf({ hubs, nodes }: Cluster): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const { name, status } of hubs) {
    const { position } = (await send(`${status}/status`)).json<{ position: { hash: string } }>()
    found.set(name, position.hash)
  }
  for (const { name, status } of nodes) {
    const { configuration_hash } = (await send(`${status}/status`)).json()
    found.set(name, String(configuration_hash))
  }
  return found
}

/** What the control plane says of the nodes. */
async function assertListed({ stack, nodes }: Cluster, whole: string, older: string): Promise<void> {
  const rows = (await dataPlanes(stack)).map(
    ({ version, state, config_hash }) => `${version} ${state} ${config_hash}`,
  )
  const wanted = [
    `3.${OLDER_MINOR}.1 in_sync ${older}`,
    ...nodes.slice(1).map(() => `3.4.0 in_sync ${whole}`),
  ]
  if (!isDeepStrictEqual(rows.toSorted(), wanted.toSorted()))
    throw new Error(`the nodes are listed as ${rows.join(', ')} instead of ${wanted.join(', ')}`)
}

function same(what: string, found: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): void {
  const wrong = [...wanted].filter(([name, hash]) => found.get(name) !== hash)
  if (wrong.length > 0)
    throw new Error(
      `${what} another config: ${wrong.map(([name, hash]) => `${name} ${found.get(name)} instead of ${hash}`).join(', ')}`,
    )
}

/** All that can be listed, by id. */
export type Rows = ReadonlyMap<string, Row & { readonly kind: string }>

const LISTS: Readonly<Record<string, string>> = {
  services: '/services',
  routes: '/routes',
  consumers: '/consumers',
  plugins: '/plugins',
  keyauth_credentials: '/key-auths',
}

/** The rows that an admin-api lists. */
export async function readRows(adminUrl: string): Promise<Rows> {
  const rows = new Map<string, Row & { readonly kind: string }>()
  for (const [kind, path] of Object.entries(LISTS)) {
    for (let next: string | null = `${path}?size=1000`; next !== null; ) {
      const answer = await send(`${adminUrl}${next}`)
      if (answer.status !== 200) throw new Error(`${next}: ${answer.status} ${answer.text}`)
      const page = answer.json<{ data: Row[]; next: string | null }>()
      for (const row of page.data) rows.set(String(row.id), { ...row, kind })
      next = page.next
    }
  }
  return rows
}
