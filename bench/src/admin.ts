import { parseArgs } from 'node:util'
import { type Stack, startStack } from '@biplane/e2e/stack'
import { createRate } from './admin-creates.ts'
import { fillLists, LISTS } from './admin-fill.ts'
import { type PageTimes, pageTimes } from './admin-pages.ts'
import { recordCreate } from './admin-record.ts'
import { runPgbench } from './pgbench.ts'
import { median, rounded } from './statistics.ts'

// npm run bench:admin [-- --rounds N] [--seconds N] [--clients N] [--rows N] [--json]: entities created per second through
// the Admin API, as a ratio to pgbench with the very same statements in the same round; then how long pages of lists take.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    clients: { type: 'string', default: '16' },
    rows: { type: 'string', default: '100000' },
    json: { type: 'boolean', default: false },
  },
})

interface Round {
  readonly creates: number
  readonly pgbench: number
}

const [clients, seconds, rows] = [Number(values.clients), Number(values.seconds), Number(values.rows)]
const stack = await startStack()
try {
  // Neither a hub nor a node has a part in this.
  await Promise.all([stack.hub.stop(), ...stack.nodes.map((node) => node.stop())])
  const rounds = await compare(stack)
  const pages = rows > 0 ? await listPages(stack) : {}
  const ratio = median(rounds.map(({ creates, pgbench }) => creates / pgbench))
  const figures = {
    creates_per_s: Math.round(median(rounds.map(({ creates }) => creates))),
    pgbench_per_s: Math.round(median(rounds.map(({ pgbench }) => pgbench))),
    ratio: rounded(ratio),
    clients,
    rows,
    pages_ms: pages,
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
} finally {
  await stack.close()
}

/** Both in turn, round after round, so that what disturbs the machine disturbs both alike. */
async function compare({ adminUrl, database, home }: Stack): Promise<readonly Round[]> {
  const statements = await recordCreate({ adminUrl, database })
  const rounds: Round[] = []
  // Until the code is compiled, which takes as many creates on a busy machine as on a quiet one.
  await createRate({ adminUrl, clients, enough: (made) => made > 3000 })
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const creates = await createRate({ adminUrl, clients, enough: (_, elapsed) => elapsed > seconds })
    const pgbench = await runPgbench({ home, databaseUrl: database.url(), statements, clients, seconds })
    rounds.push({ creates, pgbench })
    say(`round ${round + 1}: ${Math.round(creates)} creates/s, pgbench ${Math.round(pgbench)}/s`)
  }
  return rounds
}

async function listPages({ adminUrl, database, admin }: Stack): Promise<Readonly<Record<string, PageTimes>>> {
  await fillLists(admin, database, rows)
  const pages: Record<string, PageTimes> = {}
  for (const list of LISTS) {
    for (const size of [100, 1000]) {
      const times = await pageTimes(adminUrl, list, size)
      pages[`${list} ${size}`] = times
      say(`${list.padEnd(32)} size ${String(size).padEnd(5)} ${JSON.stringify(times)}`)
    }
  }
  return pages
}

function say(line: string): void {
  if (!values.json) process.stdout.write(`${line}\n`)
}
