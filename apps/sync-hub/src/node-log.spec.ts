import { createLogger } from '@biplane/service'
import { expect, it } from 'vitest'
import { aHello, EPOCH } from './fixtures.ts'
import { NodeLog } from './node-log.ts'

function logging(version = '3.4.0') {
  const lines: { level: string; msg: string; cause?: string; status?: string; revision?: number }[] = []
  const write = (line: string) => void lines.push(JSON.parse(line))
  let now = 0
  const hello = aHello({ version, hostname: 'dp-1' })
  const log = new NodeLog(
    createLogger({ log_level: 'info' }, 'test', { write }),
    hello,
    '10.0.0.7',
    '3.4.0',
    () => now,
  )
  const pass = (ms: number) => {
    now += ms
  }
  return { log, lines, pass }
}

const at = (revision: number) => ({ epoch: EPOCH, revision, hash: '0'.repeat(32) })
const lacking = { kind: 'plugin_set_incompatible', message: 'cors is missing', subject: 'cors' } as const
const newer = { kind: 'kong_version_incompatible', message: 'too new' } as const

it('warns of a version in the documented words, with the cause in fields', () => {
  const { log, lines } = logging('3.5.1')
  log.withheld({ kind: 'withheld', to: at(4), reason: newer })
  expect(lines).toMatchObject([
    {
      level: 'warn',
      msg: 'unable to send updated configuration to DP node with hostname: dp-1 ip: 10.0.0.7 reason: version mismatches, CP version: 3.4.0 DP version: 3.5.1',
      status: 'kong_version_incompatible',
      cause: 'too new',
      revision: 4,
    },
  ])
})

it.each(['plugin_set_incompatible', 'plugin_version_incompatible', 'filter_set_incompatible'] as const)(
  'warns of %s in the documented words',
  (kind) => {
    const { log, lines } = logging()
    log.withheld({ kind: 'withheld', to: at(4), reason: { ...lacking, kind } })
    const reason = 'CP and DP does not have same set of plugins installed or their versions might differ'
    const msg = `unable to send updated configuration to DP node with hostname: dp-1 ip: 10.0.0.7 reason: ${reason}`
    expect(lines).toMatchObject([{ level: 'warn', msg, status: kind, cause: 'cors is missing' }])
  },
)

it('does not repeat a cause for each revision that is withheld for it, but does once a minute', () => {
  const { log, lines, pass } = logging()
  for (let revision = 1; revision <= 100; revision += 1) {
    log.withheld({ kind: 'withheld', to: at(revision), reason: lacking })
    pass(1_000)
  }
  expect(lines.map(({ revision }) => revision)).toEqual([1, 61])
})

it('does not repeat why a node cannot store an update with each attempt, but does once a minute', () => {
  const { log, lines, pass } = logging()
  const errors = [{ kind: '', id: '', field: '', message: 'the disk is full' }]
  const body = { encoding: 'identity', size: 0, chunks: () => [] } as const
  for (let revision = 1; revision <= 100; revision += 1) {
    const update = { kind: 'delta', from: at(0), to: at(revision), body } as const
    log.answered({ kind: 'rejected', revision, retryable: true, errors }, update)
    pass(1_000)
  }
  expect(lines.map(({ level, revision }) => [level, revision])).toEqual([
    ['warn', 1],
    ['warn', 61],
  ])
})

it('warns at once of another cause, and of the same one after the node was served', () => {
  const { log, lines } = logging()
  const body = { encoding: 'identity', size: 0, chunks: () => [] } as const
  log.withheld({ kind: 'withheld', to: at(1), reason: lacking })
  log.withheld({ kind: 'withheld', to: at(2), reason: { ...lacking, message: 'acl is missing' } })
  log.answered(
    { kind: 'applied', position: at(3), tookMs: 1 },
    { kind: 'delta', from: at(0), to: at(3), body },
  )
  log.withheld({ kind: 'withheld', to: at(4), reason: lacking })
  expect(lines.map(({ revision }) => revision)).toEqual([1, 2, 4])
})
