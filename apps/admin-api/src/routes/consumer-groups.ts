import type { Committed } from '@biplane/database'
import {
  consumer,
  consumerGroup,
  type Entity,
  type EntityDefinition,
  isJsonObject,
  isUuid,
  type Json,
  type JsonObject,
  consumerGroupMembership as membership,
  plugin,
  schemaViolation,
} from '@biplane/entities'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Writing } from '../backend.ts'
import { Absent } from '../bad-request.ts'
import { readBody } from '../body.ts'
import { conditional } from '../conditional.ts'
import { type Handlers, resource } from '../manners.ts'
import { groupContracts, memberContracts, membersContracts } from '../openapi/contracts/consumer-groups.ts'
import { nextLink, readPaging } from '../paging.ts'
import { pathOf, queryOf } from '../query.ts'
import { tellRevision } from '../revision-header.ts'
import { type EntityAccess, parameter, shownOne } from './collection.ts'
import type { OwnWays } from './own-ways.ts'

/** A group is shown with who is in it and with its plugins. */
export const consumerGroups: OwnWays = {
  top: (access) => ({
    tagged: false,
    item: {
      describe: groupContracts(consumerGroup, consumer),
      async GET(request) {
        const group = await find(access, groups, parameter(request, consumerGroup.kind))
        const shown: Record<string, Json> = {
          consumer_group: await shownOne(access.present, consumerGroup, group),
        }
        if (queryOf(request).get('list_consumers') !== 'false') {
          const links = await access.repository.referencing(membership.kind, 'consumer_group', [group.id])
          if (links.length > 0) shown.consumers = await others(access, consumers, links)
        }
        const scoped = await access.repository.referencing(plugin.kind, 'consumer_group', [group.id])
        if (scoped.length > 0) shown.plugins = await access.present(plugin, scoped)
        return shown
      },
    },
  }),
}

/** Who is in a group, and which groups somebody is in: the same from both sides. */
export function registerMemberships(app: FastifyInstance, access: EntityAccess): void {
  for (const [one, other] of [
    [groups, consumers],
    [consumers, groups],
  ] as const) {
    const path = `/${one.definition.collection}/:${one.definition.kind}/${other.members}`
    resource(app, path, all(access, one, other))
    resource(
      app,
      `${path}/:${other.definition.kind}`,
      conditional(access.repository, each(access, one, other)),
    )
  }
}

/** One side of a membership. */
interface Side {
  readonly definition: EntityDefinition
  /** The reference of a membership, and how an answer calls one of this side. */
  readonly field: string
  /** How an answer and a path call several. */
  readonly members: string
  /** The member of a body that names those who join. */
  readonly named: string
  /** By which fields, besides the id, one may be named. */
  readonly keys: readonly string[]
  readonly word: string
}

const groups: Side = {
  definition: consumerGroup,
  field: 'consumer_group',
  members: 'consumer_groups',
  named: 'group',
  keys: ['name'],
  word: 'Group',
}

const consumers: Side = {
  definition: consumer,
  field: 'consumer',
  members: 'consumers',
  named: 'consumer',
  keys: ['username', 'custom_id'],
  word: 'Consumer',
}

function all(access: EntityAccess, one: Side, other: Side): Handlers {
  const { repository, present, writes } = access
  return {
    describe: membersContracts(one, other),
    async GET(request) {
      const { id } = await find(access, one, parameter(request, one.definition.kind))
      const query = queryOf(request)
      const page = await repository.list(membership.kind, {
        ...readPaging(query),
        references: { [one.field]: id },
      })
      const link = nextLink(pathOf(request), query, page.offset, [])
      return { [other.members]: await others(access, other, page.rows), ...link }
    },
    async POST(request, reply) {
      const parent = await find(access, one, parameter(request, one.definition.kind))
      const body = writes.read(membership, readBody(request))
      const joining = await Promise.all(namesIn(body, other).map((name) => find(access, other, name)))
      const drafts = await Promise.all(
        joining.map(({ id }) =>
          writes.whole(membership, { [one.field]: { id: parent.id }, [other.field]: { id } }),
        ),
      )
      const committed = await repository.write(async (batch) => {
        for (const draft of drafts) await batch.create(membership.kind, draft)
      })
      tell(reply.code(201), committed)
      return {
        [one.field]: await shownOne(present, one.definition, parent),
        [other.members]: await present(other.definition, joining),
      }
    },
    async DELETE(request, reply) {
      const { id } = await find(access, one, parameter(request, one.definition.kind))
      tell(reply, await repository.write((batch) => leave(batch, one, id)))
      return undefined
    },
  }
}

function each(access: EntityAccess, one: Side, other: Side): Handlers {
  const { repository, present } = access
  const members = async (request: FastifyRequest) => {
    const [parent, member] = await Promise.all([
      find(access, one, parameter(request, one.definition.kind)),
      find(access, other, parameter(request, other.definition.kind)),
    ])
    const links = await repository.referencing(membership.kind, one.field, [parent.id])
    const link = links.find((each) => idIn(each[other.field]) === member.id)
    if (link === undefined) throw new Absent('Not found')
    return { member, link }
  }
  return {
    describe: memberContracts(one, other),
    async GET(request) {
      const { member } = await members(request)
      return { [other.field]: await shownOne(present, other.definition, member) }
    },
    async DELETE(request, reply) {
      const { link } = await members(request)
      tell(reply, await repository.write((batch) => batch.remove(membership.kind, byId(link.id))))
      return undefined
    },
  }
}

const byId = (id: string) => ({ field: 'id', value: id })

async function leave(batch: Writing, { field }: Side, id: string): Promise<void> {
  for (const link of await batch.referencing(membership.kind, field, id)) {
    await batch.remove(membership.kind, byId(link.id))
  }
}

/** @throws Absent */
async function find(
  { repository }: EntityAccess,
  { definition, keys, word }: Side,
  text: string,
): Promise<Entity> {
  for (const field of isUuid(text) ? ['id', ...keys] : keys) {
    const found = await repository.get(definition.kind, { field, value: text })
    if (found !== undefined) return found
  }
  throw new Absent(`${word} '${text}' not found`)
}

/** Those on the other side of memberships, in the order of these. */
async function others(
  { repository, present }: EntityAccess,
  { definition, field }: Side,
  links: readonly Entity[],
): Promise<readonly JsonObject[]> {
  const ids = links.flatMap((link) => idIn(link[field]) ?? [])
  const found = new Map((await repository.among(definition.kind, ids)).map((entity) => [entity.id, entity]))
  return present(
    definition,
    ids.flatMap((id) => found.get(id) ?? []),
  )
}

function idIn(reference: Json | undefined): string | undefined {
  return isJsonObject(reference) && typeof reference.id === 'string' ? reference.id : undefined
}

/** The names or ids in a body: a single one, or a list. An object names its own by any of its keys. */
function namesIn(body: JsonObject, { named, keys }: Side): readonly string[] {
  const given = body[named] ?? null
  const names = (Array.isArray(given) ? given : [given]).map((one: Json) =>
    isJsonObject(one) ? ['id', ...keys].map((key) => one[key]).find((name) => typeof name === 'string') : one,
  )
  if (given === null || names.length === 0) throw schemaViolation({ [named]: 'required field missing' })
  return names.map((name) => {
    if (typeof name !== 'string' || name === '') throw schemaViolation({ [named]: 'expected a string' })
    return name
  })
}

function tell(reply: FastifyReply, { revision }: Committed<unknown>): void {
  tellRevision(reply, revision)
}
