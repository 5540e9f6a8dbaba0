import {
  answered,
  anything,
  type Contract,
  type Describe,
  exactly,
  listOf,
  text,
  writtenAs,
} from '../contract.ts'
import { refTo } from '../refusals.ts'

/** As Kong tells fields: each an object of one member, so that their order survives any JSON parser. */
const fields = listOf({
  type: 'object',
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: { type: 'object' },
})

const told = exactly({ fields, entity_checks: listOf({ type: 'object' }) })

const path = { name: { description: 'The kind, such as `routes`, or the name of the plugin.', schema: text } }

export const schemaContracts: Describe = () => ({
  GET: {
    summary: 'What the entities of a kind look like, in Kong’s words',
    path,
    answers: { 200: answered('Its fields and the rules between them.', told) },
  },
})

export const pluginSchemaContracts: Describe = () => ({
  GET: {
    summary: 'What a plugin and its config look like, in Kong’s words',
    path,
    answers: { 200: answered('The fields that it states, and the rules between them.', told) },
  },
})

/** As old as Kong's first schemas. */
export const formerSchemaContracts: Describe = () => ({
  GET: {
    summary: 'What the config of a plugin looks like, in Kong’s words',
    deprecated: true,
    path,
    answers: { 200: answered('Its fields.', exactly({ fields })) },
  },
})

const validation: Contract = {
  summary: 'Judge an entity without storing it',
  answers: {
    200: answered(
      'Its schema allows it; whether it is unique and refers to what there is was not asked.',
      refTo('message'),
    ),
  },
}

export const validateContracts: Describe = ({ registry }) => ({
  POST: {
    ...validation,
    path: {
      db_entity_name: {
        description: 'The kind.',
        schema: {
          type: 'string',
          examples: registry.all.filter(({ internal }) => !internal).map(({ kind }) => kind),
        },
      },
    },
    body: writtenAs({ type: 'object', additionalProperties: anything }),
  },
})

export const validatePluginContracts: Describe = (schemas) => {
  const plugins = schemas.registry.get('plugins')
  return {
    POST: {
      ...validation,
      summary: 'Judge a plugin without storing it',
      ...(plugins && { body: writtenAs(schemas.written(plugins, 'new')) }),
    },
  }
}
