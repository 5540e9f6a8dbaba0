import { readdir, readFile } from 'node:fs/promises'
import type { App } from '@biplane/service'
import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'

/** File descriptors: each connection is one. */
export const openFiles: Check = {
  name: 'open files',
  async examine({ installation: { app }, contacts }) {
    const pid = await contacts.ownProcess()
    const limit = await openFileLimit(pid ?? process.pid)
    if (limit === undefined) return []
    return [judgeLimit(app, limit, pid === null ? undefined : await openedBy(pid))]
  },
}

/** Two for each request under way, or one for each node, and some for the app itself. */
const COMFORTABLE: Readonly<Record<App, number>> = { dataplane: 16_384, 'sync-hub': 8192, 'admin-api': 1024 }
const LEAST = 512

/** @param open how many the running app has open; undefined where it does not run or it cannot be told */
export function judgeLimit(app: App, limit: number, open?: number): Finding {
  const subject = open === undefined ? 'limit of this shell' : `limit of the running ${app}`
  const told = `${limit} open files`
  const remedy = `raise it to ${COMFORTABLE[app]}: ulimit -n, LimitNOFILE of systemd, ulimits of Compose`
  if (open !== undefined && open > limit * 0.8)
    return problem(subject, `${open} of ${told} are in use: connections will be refused`, remedy)
  if (limit < LEAST) return problem(subject, `${told} are too few`, remedy)
  if (limit < COMFORTABLE[app]) return warning(subject, `${told} are few for a ${app} under load`, remedy)
  return fine(subject, told)
}

/** The hard limit, to which Node raises its own at the start. Undefined where the system has no /proc. */
async function openFileLimit(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/limits`, 'utf8').catch(() => '')
  const [, hard] = /^Max open files\s+\S+\s+(\S+)/m.exec(text) ?? []
  if (hard === undefined) return undefined
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
}

/** Undefined for a process of another user. */
async function openedBy(pid: number): Promise<number | undefined> {
  return await readdir(`/proc/${pid}/fd`).then(
    (files) => files.length,
    () => undefined,
  )
}
