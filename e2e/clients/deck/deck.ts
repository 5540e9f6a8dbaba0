import type { Row } from '../../client.ts'
import { type Call, Caller, tenAtATime } from './caller.ts'
import { type Fill, readDefaults } from './defaults.ts'
import { type Alteration, type Change, type Difference, difference } from './difference.ts'
import { dump } from './dump.ts'
import { KINDS, MEMBERSHIPS } from './kinds.ts'
import { idOf, isRow, type State } from './rows.ts'
import { readStateFile } from './state-file.ts'

export interface DeckOptions {
  /** Releases before 1.40 write the defaults that they read from the schemas; later ones only compare with them. */
  readonly writesDefaults: boolean
}

/**
 * The calls that decK makes of the Admin API, in its order and ten at a time, and what it concludes from the answers.
 * It stands in where decK itself cannot be built.
 */
export class Deck {
  readonly #caller: Caller
  readonly #writesDefaults: boolean

  constructor(url: string, { writesDefaults }: DeckOptions) {
    this.#caller = new Caller(url)
    this.#writesDefaults = writesDefaults
  }

  get calls(): readonly Call[] {
    return this.#caller.calls
  }

  /** `deck gateway ping`: the version of who answers. */
  async ping(): Promise<string> {
    const { version } = (await this.#caller.call('GET', '/')).json()
    return String(version)
  }

  /** `deck gateway dump`, of what has all of the tags. */
  dump(tags: readonly string[] = []): Promise<State> {
    return dump(this.#caller, tags)
  }

  /** `deck gateway diff` */
  async diff(file: Row): Promise<Difference> {
    return (await this.#plan(file)).difference
  }

  /** `deck gateway sync`; the answer tells what was done. */
  async sync(file: Row): Promise<Difference> {
    const plan = await this.#plan(file)
    const { created, changed, removed } = plan.difference
    for (const level of [0, 1, 2, 3]) {
      const creating = created.filter(({ kind }) => kind.level === level)
      const changing = changed.filter(({ kind }) => kind.level === level)
      await tenAtATime([
        ...creating.map((change) => () => this.#create(change, plan.fill)),
        ...changing.map((change) => () => this.#change(change, plan.fill)),
      ])
    }
    for (const level of [3, 2, 1, 0]) {
      const leaving = removed.filter(({ kind }) => kind.level === level)
      await tenAtATime(
        leaving.map(
          ({ kind, row }) =>
            () =>
              this.#caller.call('DELETE', kind.path(row)),
        ),
      )
    }
    return plan.difference
  }

  /** `deck gateway reset` */
  reset(): Promise<Difference> {
    return this.sync({ _format_version: '3.0' })
  }

  /** `deck gateway validate`: what the control plane has against each entity of the file; empty when nothing. */
  async validate(file: Row): Promise<readonly string[]> {
    const complaints: string[] = []
    const state = readStateFile(file, new Map(), [])
    const tasks = KINDS.filter(({ name }) => name !== MEMBERSHIPS).flatMap(({ name }) =>
      (state.get(name) ?? []).map((row) => async () => {
        const answer = await this.#caller.call('POST', `/schemas/${name}/validate`, row, [400])
        if (answer.status === 400) complaints.push(String(answer.json().message))
      }),
    )
    await tenAtATime(tasks)
    return complaints
  }

  async #plan(file: Row): Promise<{ readonly difference: Difference; readonly fill: Fill }> {
    await this.ping()
    const tags = selectTags(file)
    const [current, fill] = await Promise.all([this.dump(tags), readDefaults(this.#caller)])
    const desired = readStateFile(file, current, tags)
    return { difference: await difference(current, desired, fill), fill }
  }

  async #create({ kind, row }: Change, fill: Fill): Promise<void> {
    if (kind.name === MEMBERSHIPS) {
      const group = `/consumer_groups/${idOf(row.consumer_group)}/consumers`
      await this.#caller.call('POST', group, { consumer: row.username })
      return
    }
    const body = await this.#body(kind.name, row, fill)
    if (kind.name === 'services') await this.#caller.call('GET', kind.path(row), undefined, [404])
    const answer = await this.#caller.call('PUT', kind.path(row), body, kind.name === 'targets' ? [404] : [])
    if (answer.status === 404) await this.#caller.call('POST', kind.path(row).replace(/\/[^/]+$/, ''), body)
  }

  async #change({ kind, row, before }: Alteration, fill: Fill): Promise<void> {
    const body = { ...(await this.#body(kind.name, row, fill)), created_at: before.created_at }
    await this.#caller.call(kind.name === 'targets' ? 'PATCH' : 'PUT', kind.path(row), body)
  }

  #body(kind: string, row: Row, fill: Fill): Promise<Row> {
    return this.#writesDefaults ? fill(kind, row) : Promise.resolve(row)
  }
}

/** A file may be about no more than what has certain tags. */
function selectTags({ _info }: Row): readonly string[] {
  const tags = isRow(_info) ? _info.select_tags : undefined
  return Array.isArray(tags) ? tags.map(String) : []
}
