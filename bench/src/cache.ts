/** What encryption of the cache costs: `npm run bench:cache`. See bench/README.md. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Encryption, openStore, type Store, storeKeyOf } from '@biplane/config-store'
import {
  advance,
  digest,
  type EncodedChange,
  encodeEntity,
  fromHex,
  type Position,
  toHex,
} from '@biplane/protocol'
import { median, rounded } from './statistics.ts'

const { values } = parseArgs({
  options: {
    consumers: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
  },
})
const [consumers, rounds] = [Number(values.consumers), Number(values.rounds)]

const LOOKUPS = {
  consumers: { unique: ['username'] },
  keyauth_credentials: { unique: ['key'], lists: ['consumer.id'] },
}
const LOOKUPS_A_ROUND = 20_000
const DELTAS_A_ROUND = 200

/** Microseconds of processor time. */
interface Cost {
  /** A request's: a key, its credential, the consumer of that; nothing is cached. */
  readonly lookup: number
  /** Of one changed credential. */
  readonly delta: number
  /** For each entity of a snapshot. */
  readonly snapshot: number
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const key = storeKeyOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
const home = mkdtempSync(join(tmpdir(), 'biplane-bench-'))
try {
  const [plain, encrypted] = [await opened(false), await opened(true)]
  const measured: { plain: Cost; encrypted: Cost }[] = []
  for (let round = 0; round < rounds; round += 1)
    measured.push({ plain: await measure(plain), encrypted: await measure(encrypted) })
  await plain.close()
  await encrypted.close()
  const report = Object.fromEntries(
    (['lookup', 'delta', 'snapshot'] as const).map((what) => {
      const [before, after] = [
        measured.map((one) => one.plain[what]),
        measured.map((one) => one.encrypted[what]),
      ]
      const ratios = after.map((cost, round) => cost / (before[round] ?? Number.NaN))
      return [
        what,
        {
          plainUs: rounded(median(before)),
          encryptedUs: rounded(median(after)),
          ratio: rounded(median(ratios)),
        },
      ]
    }),
  )
  if (!values.json)
    for (const [what, cost] of Object.entries(report))
      process.stdout.write(`${what.padEnd(10)}${JSON.stringify(cost)}\n`)
  process.stdout.write(`${JSON.stringify({ consumers, rounds, ...report })}\n`)
} finally {
  rmSync(home, { recursive: true, force: true })
}

function opened(on: boolean): Promise<Store> {
  const encryption: Encryption = { on, keys: [key] }
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  return openStore({ directory: join(home, on ? 'encrypted' : 'plain'), lookups: LOOKUPS, encryption, log })
}

async function measure(store: Store): Promise<Cost> {
  const config = [...configOf(consumers)]
  const snapshot = (await costOf(() => fill(store, config))) / config.length
  const lookup = await costOf(() => {
    for (let i = 0; i < LOOKUPS_A_ROUND; i += 1) {
      const n = (i * 7919) % consumers
      const id = store.lookup('keyauth_credentials', 'key', `key-${n}`) ?? ''
      if (store.get('keyauth_credentials', id) === undefined) throw new Error('a credential is not found')
      store.get('consumers', `c${n}`)
    }
  })
  const delta = await costOf(() => {
    for (let n = 0; n < DELTAS_A_ROUND; n += 1) changeOne(store, n)
  })
  return { lookup: lookup / LOOKUPS_A_ROUND, delta: delta / DELTAS_A_ROUND, snapshot }
}

/** Microseconds of processor time, of this thread and those that it makes work. */
async function costOf(step: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await step()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function* configOf(count: number): Generator<EncodedChange> {
  for (let n = 0; n < count; n += 1) {
    yield {
      kind: 'consumers',
      id: `c${n}`,
      bytes: encodeEntity({ id: `c${n}`, username: `user-${n}`, tags: null }),
    }
    yield aCredential(n, '')
  }
}

function aCredential(n: number, note: string): EncodedChange {
  const entity = { id: `k${n}`, key: `key-${n}`, consumer: { id: `c${n}` }, note }
  return { kind: 'keyauth_credentials', id: entity.id, bytes: encodeEntity(entity) }
}

function hashOf({ kind, id, bytes }: EncodedChange): bigint {
  return bytes === null ? 0n : digest(kind, id, bytes)
}

async function fill(store: Store, config: readonly EncodedChange[]): Promise<void> {
  const hash = toHex(config.reduce((sum, change) => advance(sum, hashOf(change), 0n), 0n))
  const writer = store.beginSnapshot({ epoch: 'bench', revision: 1, hash })
  for (const change of config) writer.write(change)
  const sealed = await writer.seal()
  if (sealed.kind === 'refused') throw new Error(sealed.errors[0]?.message)
  await writer.activate()
  await store.removeOldGenerations()
}

function changeOne(store: Store, n: number): void {
  const from = store.position
  const [old, next] = [aCredential(n, ''), aCredential(n, 'changed')]
  const hash = toHex(advance(fromHex(from.hash), hashOf(next), hashOf(old)))
  const to: Position = { ...from, revision: from.revision + 1, hash }
  const outcome = store.applyDelta(from, to, [next])
  if (outcome.kind === 'refused') throw new Error(outcome.errors[0]?.message)
}
