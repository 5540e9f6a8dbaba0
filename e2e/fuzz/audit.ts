import { scheduler } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Answer, type Row, send } from '../client.ts'
import { type Catalogue, fieldsOf, type Path } from './catalogue.ts'
import { isJsonObject } from './json.ts'
import type { Fault } from './judge.ts'

/** All rows of a kind and where they are. */
interface Rows {
  readonly kind: string
  /** Under which a row is read, with its id. */
  readonly path: string
  readonly rows: readonly Row[]
}

export interface Audit {
  readonly rows: number
  readonly faults: readonly Fault[]
}

/**
 * Reads everything that is stored, and says which rows would not be accepted as they are, do not read the same by their id,
 * name what is not there, or cannot be put back; and whether the whole config exports and imports without a difference.
 */
export async function audit(admin: string, catalogue: Catalogue): Promise<Audit> {
  const faults: Fault[] = []
  const all = await everything(admin, catalogue, faults)
  const ids = new Map<string, Set<unknown>>()
  for (const { kind, rows } of all) {
    const known = ids.get(kind) ?? new Set()
    for (const { id } of rows) known.add(id)
    ids.set(kind, known)
  }
  for (const part of all) {
    for (const row of part.rows) {
      const about = { admin, catalogue, row, ...part, ids }
      const found = [await invalid(about), dangling(about), await unread(about), await notPutBack(about)]
      faults.push(...found.filter((fault) => fault !== undefined))
    }
    await scheduler.yield()
  }
  const document = await documentFault(admin)
  return {
    rows: all.reduce((sum, { rows }) => sum + rows.length, 0),
    faults: document === undefined ? faults : [...faults, document],
  }
}

/** Every collection, each by its pages; those without a top level below each of their parents. */
async function everything(admin: string, { paths }: Catalogue, faults: Fault[]): Promise<Rows[]> {
  const found: Rows[] = []
  const isStored = ({ template, kind }: Path): boolean =>
    paths.some((item) => item.template === `${template}/{${kind}}` && item.verbs.includes('PUT'))
  const top = paths.filter((path) => /^\/[^/]+$/.test(path.template) && isStored(path))
  for (const { template, kind } of top) {
    const rows = await pages(admin, template, faults)
    found.push({ kind: kind ?? '', path: template, rows })
    const below = paths.filter(
      (path) =>
        isStored(path) &&
        !top.some((other) => other.kind === path.kind) &&
        new RegExp(`^${template}/\\{[^}]+\\}/[^/]+$`).test(path.template),
    )
    for (const { template: nested, kind: child } of below) {
      for (const { id } of rows) {
        const path = nested.replace(/\{[^}]+\}/, String(id))
        found.push({ kind: child ?? '', path, rows: await pages(admin, path, faults) })
      }
    }
  }
  return found
}

async function pages(admin: string, path: string, faults: Fault[]): Promise<Row[]> {
  const rows: Row[] = []
  for (let next: string | null = `${path}?size=${PAGE}`; next !== null; ) {
    const answer: Answer = await send(`${admin}${next}`)
    // A kind that is switched off altogether, such as filter chains.
    if (answer.status === 400) return rows
    if (answer.status !== 200) {
      faults.push({ what: 'a list that cannot be read', detail: `${next}: ${answer.status} ${answer.text}` })
      return rows
    }
    const page: { data: Row[]; next: string | null } = answer.json()
    rows.push(...page.data)
    next = page.next
  }
  return rows
}

/** Small, so that lists of what a few seconds made have several pages. */
const PAGE = 13

interface About extends Omit<Rows, 'rows'> {
  readonly admin: string
  readonly catalogue: Catalogue
  readonly row: Row
  readonly ids: ReadonlyMap<string, ReadonlySet<unknown>>
}

/** By the checks of its kind, on the row as it is told. */
async function invalid({ admin, catalogue, kind, row }: About): Promise<Fault | undefined> {
  const fields = fieldsOf(catalogue.schemas.get(kind) ?? [])
  const own = Object.entries(row).filter(
    ([name]) => fields.has(name) || name === 'ttl' || name === 'consumer_group',
  )
  const answer = await sendJson('POST', `${admin}/schemas/${kind}/validate`, Object.fromEntries(own))
  if (answer.status === 200) return undefined
  return {
    what: 'a row that its own checks refuse',
    detail: `${kind} ${answer.text}: ${JSON.stringify(row)}`,
  }
}

function dangling({ catalogue, kind, row, ids }: About): Fault | undefined {
  const references = [...fieldsOf(catalogue.schemas.get(kind) ?? [])].filter(([, { reference }]) => reference)
  for (const [name, { reference = '' }] of references) {
    const link = row[name]
    if (isJsonObject(link) && ids.has(reference) && !ids.get(reference)?.has(link.id))
      return { what: 'a reference to nothing', detail: `${kind}.${name}: ${JSON.stringify(row)}` }
  }
  return undefined
}

async function unread({ admin, kind, path, row }: About): Promise<Fault | undefined> {
  const { status, text } = await send(`${admin}${path}/${String(row.id)}`)
  const shown: unknown = status === 200 ? JSON.parse(text) : undefined
  // A group is shown with who is in it.
  const one = kind === 'consumer_groups' && isJsonObject(shown) ? shown.consumer_group : shown
  if (ended(row, status) || isDeepStrictEqual(lasting(one), lasting(row))) return undefined
  return {
    what: 'a row that reads differently by its id',
    detail: `${kind} ${status} ${text}: ${JSON.stringify(row)}`,
  }
}

async function notPutBack({ admin, kind, path, row }: About): Promise<Fault | undefined> {
  const { status, text } = await sendJson('PUT', `${admin}${path}/${String(row.id)}`, row)
  const stored: unknown = status === 200 ? JSON.parse(text) : undefined
  if (ended(row, status) || isDeepStrictEqual(settledOf(stored), settledOf(row))) return undefined
  return {
    what: 'a row that cannot be put back',
    detail: `${kind} ${status} ${text}: ${JSON.stringify(row)}`,
  }
}

/** What was about to end may have done so since the list was read. */
function ended({ ttl }: Row, status: number): boolean {
  return typeof ttl === 'number' && status !== 200 && status < 500
}

/** Without what counts down by itself. */
function lasting(row: unknown): unknown {
  if (!isJsonObject(row)) return row
  const { ttl: _, ...rest } = row
  return rest
}

/** Without what a write changes, and secrets, of which another hash is stored when they are written. */
function settledOf(row: unknown): unknown {
  if (!isJsonObject(row)) return row
  const { ttl: _, updated_at: __, password: ___, client_secret: ____, ...rest } = row
  return rest
}

async function documentFault(admin: string): Promise<Fault | undefined> {
  const { config } = (await send(`${admin}/config`)).json<{ config: string }>()
  const { status, text } = await sendJson('POST', `${admin}/config?dry_run=1`, { config })
  if (status !== 200)
    return { what: 'a config that cannot be imported again', detail: `${status} ${text.slice(0, 2000)}` }
  const lists: Record<string, unknown[]> = JSON.parse(text)
  if (Object.values(lists).every(({ length }) => length === 0)) return undefined
  return { what: 'a config that imports as another', detail: text.slice(0, 2000) }
}

function sendJson(method: string, url: string, body: unknown): Promise<Answer> {
  return send(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}
