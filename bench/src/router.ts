/** What finding a route costs, and one route more: `npm run bench:router`. See bench/README.md. */
import { parseArgs } from 'node:util'
import { type RouteRequest, Router } from '@biplane/dataplane/router'
import type { RouterFlavor } from '@biplane/entities'
import findMyWay from 'find-my-way'
import { byAttributes, byExpressions, type RouteTable } from './route-tables.ts'
import { median, rounded } from './statistics.ts'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10,1000,10000,100000' },
    json: { type: 'boolean', default: false },
  },
})
const sizes = values.sizes.split(',').map(Number)
const ROUNDS = 7
/** Long enough for the clock, short enough for the slowest. */
const ROUND_MS = 40
const CHANGES = 200

interface Figures {
  readonly table: string
  readonly router: string
  readonly routes: number
  /** For each match. */
  readonly ns: number
  /** For one route more, the median and the worst of some. */
  readonly changeUs?: number
  readonly worstChangeUs?: number
}

/** Requests for random routes, the same in each run. */
function requestsOf(table: RouteTable, routes: number): readonly RouteRequest[] {
  let state = 42
  return Array.from({ length: 4096 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return table.request(state % routes)
  })
}

/** Nanoseconds of processor time for each, the median of some rounds after what warms up. */
function nsOf(requests: readonly RouteRequest[], match: (request: RouteRequest) => unknown): number {
  const round = () => {
    const began = process.cpuUsage()
    const end = performance.now() + ROUND_MS
    let count = 0
    while (performance.now() < end)
      for (let i = 0; i < 16; i++) {
        const request = requests[count++ & 4095]
        if (request === undefined || !match(request)) throw new Error('no route')
      }
    const { user, system } = process.cpuUsage(began)
    return ((user + system) * 1000) / count
  }
  // Engines compile what is asked again: each request is made some times before any counts.
  for (let i = 0; i < 4; i++) requests.forEach(match)
  round()
  return rounded(median(Array.from({ length: ROUNDS }, round)))
}

function measure(table: RouteTable, flavor: RouterFlavor, routes: number): Figures {
  let router = Router.of(flavor)
  for (let n = 0; n < routes; n++) router = router.upsert(table.route(n))
  const ns = nsOf(requestsOf(table, routes), (request) => router.match(request))
  const took = Array.from({ length: CHANGES }, (_, i) => {
    const route = table.route(routes + i)
    const began = performance.now()
    router.upsert(route)
    return (performance.now() - began) * 1000
  })
  const [changeUs, worstChangeUs] = [rounded(median(took)), rounded(Math.max(...took))]
  return { table: table.name, router: flavor, routes, ns, changeUs, worstChangeUs }
}

/** All prefixes in the order in which they count, asked one after the other. */
function measureNaive(table: RouteTable, routes: number): Figures {
  const prefixes = Array.from({ length: routes }, (_, n) => table.route(n).paths?.[0] ?? '')
  prefixes.sort((a, b) => b.length - a.length)
  const match = ({ path }: RouteRequest) => prefixes.find((prefix) => path.startsWith(prefix))
  return { table: table.name, router: 'naive', routes, ns: nsOf(requestsOf(table, routes), match) }
}

function measurePeer(table: RouteTable, routes: number): Figures {
  const peer = findMyWay()
  for (let n = 0; n < routes; n++) peer.on('GET', `${table.route(n).paths?.[0] ?? ''}/*`, () => undefined)
  const match = ({ path }: RouteRequest) => peer.find('GET', path)
  return { table: table.name, router: 'find-my-way', routes, ns: nsOf(requestsOf(table, routes), match) }
}

const figures: Figures[] = []
for (const size of sizes) {
  for (const table of byAttributes)
    for (const flavor of ['traditional_compatible', 'traditional'] as const)
      figures.push(measure(table, flavor, size))
  for (const table of byExpressions) figures.push(measure(table, 'expressions', size))
  const [prefixes] = byAttributes
  if (prefixes !== undefined) figures.push(measureNaive(prefixes, size), measurePeer(prefixes, size))
}
const columns = ['table', 'router', 'routes', 'ns', 'changeUs', 'worstChangeUs'] as const
if (!values.json)
  for (const row of figures) process.stdout.write(`${columns.map((name) => row[name] ?? '').join('\t')}\n`)
process.stdout.write(`${JSON.stringify({ bench: 'router', figures })}\n`)
