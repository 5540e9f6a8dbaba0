import { setTimeout as pause } from 'node:timers/promises'
import type { Json } from '@biplane/entities'
import { VERSION } from '@biplane/service'
import { expect } from 'vitest'
import type { ConfigAuthor } from '../fixtures/config-author.ts'
import type { Case, ClientRequest, Step } from './case.ts'
import { type ClientAnswer, sendRaw } from './client.ts'
import { authorOf } from './entities.ts'
import { healthCall } from './health-call.ts'
import { sendHttp2 } from './http2-client.ts'
import { judgeAnswer, judgeArrival } from './judge.ts'
import type { NodeUnderTest } from './node-under-test.ts'
import { type Arrival, openServers, type Servers } from './servers.ts'

/** What stands in the place of placeholders. */
type Places = Readonly<Record<string, number | string>>

export interface Surroundings {
  readonly node: NodeUnderTest
  /** A port that never answers. */
  readonly blackHole: number
  /** How long is waited for what needs a moment to show: metrics, health, logs. */
  readonly patienceMs: number
}

interface Trial extends Surroundings {
  readonly servers: Servers
  /** Of the config, which health calls add to. */
  readonly author: ConfigAuthor
}

/** Runs a case against a node, from its config to its last step. Throws where anything is not as it says. */
export async function runCase(surroundings: Surroundings, given: Case): Promise<void> {
  const { node, blackHole } = surroundings
  await using servers = await openServers(given.servers)
  const places: Places = { ...servers.ports, BLACKHOLE: blackHole, VERSION, PROXY_PORT: node.proxyPort }
  const fill = <T extends Json>(value: T): T => filled(value, places)
  const author = authorOf(given, fill)
  const answer = await node.give(author.snapshot())
  if (answer.kind !== 'applied')
    throw new Error(`the node does not take the config: ${JSON.stringify(answer)}`)
  for (const step of given.steps)
    await runStep({ ...surroundings, servers, author }, fill(step as Json) as Step) // a step is JSON itself
}

async function runStep(trial: Trial, step: Step): Promise<void> {
  const { node, servers, author, patienceMs } = trial
  if (step.waitMs !== undefined) await pause(step.waitMs)
  const before = { arrivals: servers.arrivals.length, counts: servers.counts() }
  if (step.ask !== undefined)
    await shown(patienceMs, async () => judgeAnswer(await ask(node, author, step.ask), step.answer ?? {}))
  if (step.collected !== undefined) await shown(patienceMs, () => judgeCollected(servers, step.collected))
  if (step.send === undefined) return
  const answers = await sendAll(node.proxyPort, step.send, step.times ?? 1, step.atOnce ?? 1)
  for (const answer of answers) judgeAnswer(answer, step.answer ?? {})
  const arrivals = servers.arrivals.slice(before.arrivals)
  if (step.arrives !== undefined) judgeArrival(arrivals.at(-1), step.arrives)
  if (step.oneTarget) expect(new Set(arrivals.map(({ server }) => server)).size).toBe(1)
  for (const [what, count] of Object.entries(step.counts ?? {})) {
    expect((servers.counts()[what] ?? 0) - (before.counts[what] ?? 0), what).toBe(count)
  }
  if (step.then !== undefined) await judgeAll(trial, step.then, answers, arrivals)
}

async function sendAll(
  port: number,
  requests: readonly ClientRequest[],
  times: number,
  atOnce: number,
): Promise<ClientAnswer[]> {
  const queue = Array.from({ length: times }, () => requests).flat()
  const answers: ClientAnswer[] = []
  const client = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      answers.push(await (next.version === '2' ? sendHttp2 : sendRaw)(port, next))
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  return answers
}

async function ask(node: NodeUnderTest, author: ConfigAuthor, given: Step['ask']): Promise<ClientAnswer> {
  const { statusUrl } = node
  if (given?.method === 'PUT') return healthCall(node, author, given.path)
  const response = await fetch(`${statusUrl}${given?.path}`, { method: given?.method ?? 'GET' })
  const headers = new Map([...response.headers].map(([name, value]) => [name, [value]]))
  return { status: response.status, headers, body: await response.text() }
}

function judgeCollected({ arrivals }: Servers, expected: Step['collected']): void {
  const bodies = arrivals.filter(({ server }) => server === 'LOG').map(({ body }) => JSON.parse(body))
  expect(bodies.map((body) => (Array.isArray(body) ? body.length : body))).toEqual([
    expected?.json_array_length,
  ])
}

async function judgeAll(
  { node, author, servers: { ports }, patienceMs }: Trial,
  { shares, sharesAtLeast = {}, statuses, health }: NonNullable<Step['then']>,
  answers: readonly ClientAnswer[],
  arrivals: readonly Arrival[],
): Promise<void> {
  const perServer = tally(arrivals.map(({ server }) => server))
  if (shares !== undefined) expect(perServer).toEqual(shares)
  for (const [server, least] of Object.entries(sharesAtLeast))
    expect(perServer[server] ?? 0, server).toBeGreaterThanOrEqual(least)
  if (statuses !== undefined) expect(tally(answers.map(({ status }) => String(status)))).toEqual(statuses)
  if (health === undefined) return
  await shown(patienceMs, async () => {
    const { body } = await ask(node, author, { method: 'GET', path: '/upstreams/pool.internal/health' })
    const listed: { target: string; health: string }[] = JSON.parse(body).data
    for (const [server, state] of Object.entries(health)) {
      const target = `127.0.0.1:${ports[server]}`
      expect(listed.find((one) => one.target === target)?.health, server).toBe(state)
    }
  })
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

async function shown(withinMs: number, check: () => void | Promise<void>): Promise<void> {
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
    await pause(50)
  }
}

function filled<T extends Json>(value: T, places: Places): T {
  const text = JSON.stringify(value)
  const alone = text.replace(/"\$([A-Z_]*[A-Z]\d?)"(?!\s*:)/g, (all, name) => String(places[name] ?? all))
  return JSON.parse(alone.replace(/\$([A-Z_]*[A-Z]\d?)/g, (all, name) => String(places[name] ?? all)))
}
