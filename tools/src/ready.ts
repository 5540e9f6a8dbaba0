import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { AppPlan } from './app-process.ts'
import type { ClusterPorts } from './cluster.ts'
import type { Row } from './summary.ts'

const LIMIT_MS = 60_000

export interface Starting {
  readonly plans: readonly AppPlan[]
  readonly rows: readonly Row[]
  readonly ports: ClusterPorts
  readonly home: string
  readonly signal: AbortSignal
}

/**
 * Resolves when every app is ready: a hub has a config, a node serves one and, but for a node that may not, is listed so.
 *
 * @throws Error naming the app that ended or stayed silent, with the end of its log; the signal's reason when it aborts
 */
export async function untilReady({ plans, rows, ports, home, signal }: Starting): Promise<void> {
  const health = [ports.admin, ports.hubStatus, ...ports.nodes.map(({ status }) => status)]
  for (const [index, plan] of plans.entries()) {
    const row = rows.find(({ name }) => name === plan.name)
    const deadline = Date.now() + LIMIT_MS
    while (!(await answers(`http://127.0.0.1:${health[index]}/status/ready`))) {
      signal.throwIfAborted()
      if (row?.ended || Date.now() > deadline) {
        const what = row?.ended ? 'ended' : `is not ready after ${LIMIT_MS / 1000} s`
        throw new Error(`${plan.name} ${what}. The end of its log:\n${logEnd(home, plan.name)}`)
      }
      await pause(50)
    }
  }
  await untilListed(ports, signal)
}

/** What a hub tells of a node is up to a second old: who asks as soon as the cluster is up shall see the nodes in sync. */
async function untilListed(ports: ClusterPorts, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + 3000
  while (Date.now() < deadline && !signal.aborted) {
    const inSync = await nodesInSync(`http://127.0.0.1:${ports.admin}/clustering/data-planes`)
    if (inSync >= ports.nodes.length) return
    await pause(50)
  }
}

async function nodesInSync(url: string): Promise<number> {
  const response = await fetch(url)
  // Where KONG_ADMIN_TOKENS is given, only who has a token is told.
  if (response.status === 401) return Number.POSITIVE_INFINITY
  const { data }: { data: { state: string }[] } = JSON.parse(await response.text())
  return data.filter(({ state }) => state === 'in_sync').length
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  )
}

function logEnd(home: string, name: string): string {
  return readFileSync(join(home, 'logs', `${name}.log`), 'utf8').slice(-2000)
}
