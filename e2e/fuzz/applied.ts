import { type Row, send } from '../client.ts'
import { eventually } from '../eventually.ts'
import { readJournal } from '../journal-view.ts'
import type { Stack } from '../stack.ts'
import type { Fault } from './judge.ts'

/** Generous: a busy machine with hundreds of revisions behind it. */
const WITHIN_MS = 60_000

/**
 * Whether every node has applied the last revision. A plugin that nodes do not run keeps all updates from them, as it must,
 * so those are removed first, one after another as the hub names them.
 */
export async function notApplied(stack: Stack): Promise<Fault | undefined> {
  let told = ''
  try {
    await eventually(
      async () => {
        const { data } = await stack.admin.get<{ data: Row[] }>('/clustering/data-planes')
        told = JSON.stringify(data.map(({ state, withheld, errors }) => ({ state, withheld, errors })))
        const withheld = data.find(({ state }) => state === 'withheld')
        if (withheld !== undefined) await removePlugins(stack, JSON.stringify(withheld.withheld))
        const { head } = await readJournal(stack)
        const at = data.map(({ state, config_hash }) => (state === 'in_sync' ? config_hash : state))
        if (data.length !== stack.nodes.length || at.some((hash) => hash !== head.hash)) throw new Error(told)
      },
      WITHIN_MS,
      100,
    )
  } catch {
    return { what: 'a config that nodes do not apply', detail: told }
  }
  return undefined
}

async function removePlugins({ adminUrl }: Stack, reason: string): Promise<void> {
  const { data } = (await send(`${adminUrl}/plugins?size=1000`)).json<{
    data: { id: string; name: string }[]
  }>()
  const named = data.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(reason))
  for (const { id } of named) await send(`${adminUrl}/plugins/${id}`, { method: 'DELETE' })
}
