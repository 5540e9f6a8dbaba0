import { type EntityDefinition, plugin } from '@biplane/entities'
import { answered, type Describe, exactly, listOf, writtenAs } from '../contract.ts'
import { itemContracts, keyParameter, refusedWrites } from '../entity-contracts.ts'
import { pageOf } from '../entity-schemas.ts'
import { paging } from '../parameters.ts'

/** A group is shown with who is in it and with its plugins. */
export function groupContracts(group: EntityDefinition, consumer: EntityDefinition): Describe {
  const common = itemContracts(group)
  return (schemas) => {
    const { GET, ...writes } = common(schemas)
    const shown = exactly(
      {
        consumer_group: schemas.shown(group),
        consumers: listOf(schemas.shown(consumer)),
        plugins: listOf(schemas.shown(plugin)),
      },
      ['consumers', 'plugins'],
    )
    return {
      ...writes,
      ...(GET && {
        GET: {
          ...GET,
          query: {
            list_consumers: {
              description: 'With `false`, without who is in it.',
              schema: { enum: ['true', 'false'] },
            },
          },
          answers: { 200: answered('As it is.', shown) },
        },
      }),
    }
  }
}

/** One side of a membership, as `routes/consumer-groups.ts` knows it. */
interface Side {
  readonly definition: EntityDefinition
  readonly field: string
  readonly members: string
  readonly named: string
}

/** All on the other side of one. */
export function membersContracts(one: Side, other: Side): Describe {
  const path = keyParameter(one.definition)
  return (schemas) => {
    const { data, ...link } = Object(pageOf(schemas.shown(other.definition)).properties)
    const name = { type: ['string', 'object'] }
    return {
      GET: {
        summary: `List the ${wordsOf(other)} of one of ${wordsOf(one)}`,
        path,
        query: paging,
        answers: { 200: answered('A page.', exactly({ [other.members]: data, ...link }, ['offset'])) },
      },
      POST: {
        summary: `Add to the ${wordsOf(other)} of one of ${wordsOf(one)}`,
        path,
        body: writtenAs({
          ...exactly({ [other.named]: { anyOf: [name, { ...listOf(name), minItems: 1 }] } }),
          description: 'Their ids or names.',
          additionalProperties: true,
        }),
        answers: {
          201: answered(
            'Added.',
            exactly({
              [one.field]: schemas.shown(one.definition),
              [other.members]: listOf(schemas.shown(other.definition)),
            }),
          ),
          ...refusedWrites,
        },
      },
      DELETE: {
        summary: `Remove all of the ${wordsOf(other)} of one of ${wordsOf(one)}`,
        path,
        answers: { 204: answered('None is left.'), 405: 'not-here' },
      },
    }
  }
}

/** One on the other side of one. */
export function memberContracts(one: Side, other: Side): Describe {
  const path = { ...keyParameter(one.definition), ...keyParameter(other.definition) }
  return (schemas) => ({
    GET: {
      summary: `Show one of the ${wordsOf(other)} of one of ${wordsOf(one)}`,
      path,
      conditional: true,
      answers: { 200: answered('It is there.', exactly({ [other.field]: schemas.shown(other.definition) })) },
    },
    DELETE: {
      summary: `Remove one of the ${wordsOf(other)} of one of ${wordsOf(one)}`,
      path,
      conditional: true,
      answers: { 204: answered('It is not there any more.'), 405: 'not-here' },
    },
  })
}

function wordsOf({ members }: Side): string {
  return members.replaceAll('_', ' ')
}
