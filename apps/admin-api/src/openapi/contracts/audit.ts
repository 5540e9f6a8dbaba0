import type { JsonSchema } from '@biplane/entities'
import {
  answered,
  type Describe,
  exactly,
  flag,
  listOf,
  orNull,
  type Parameter,
  text,
  whole,
} from '../contract.ts'
import { pageOf } from '../entity-schemas.ts'
import { paging } from '../parameters.ts'

const asked: Readonly<Record<string, JsonSchema>> = {
  revision: { ...whole, description: 'What it became; nodes report the same number.' },
  request_id: orNull(text),
  request_timestamp: { ...whole, description: 'When it was committed, in seconds since the epoch.' },
  rbac_user_name: { ...orNull(text), description: 'Whose token or client certificate it was.' },
  role: orNull(text),
  client_ip: orNull(text),
  method: orNull(text),
  path: orNull(text),
}

const change: JsonSchema = exactly({
  operation: { enum: ['create', 'update', 'delete'] },
  dao_name: { ...text, description: 'The kind of the entity.' },
  entity_key: { ...text, description: 'Its id.' },
  entity_name: orNull(text),
  fields: { ...orNull(listOf(text)), description: 'The fields that an update changed.' },
  ...asked,
})

const moment = {
  oneOf: [
    { type: 'string', pattern: '^\\d{1,11}(\\.\\d+)?$' },
    { type: 'string', format: 'date-time' },
  ],
}

const revision: JsonSchema = { type: 'integer', minimum: 0, maximum: 999_999_999_999_999 }

const filters: Readonly<Record<string, Parameter>> = {
  ...paging,
  before: { description: 'Only before this moment: seconds since the epoch, or RFC 3339.', schema: moment },
  after: { description: 'Only from this moment on.', schema: moment },
  revision: { description: 'Only this revision.', schema: revision },
  after_revision: { description: 'Only revisions after this one.', schema: revision },
  rbac_user_name: { description: 'Only of this name.', schema: text },
  sort_desc: { description: 'With `0`, the oldest comes first.', schema: { enum: ['0', '1'] } },
}

const recording = { ...flag, description: 'Whether this process adds to the log (`audit_log`).' }
const none = answered('Without a database no audit log is kept.', exactly({ message: text }))

export const auditRequestsContracts: Describe = () => ({
  GET: {
    summary: 'List revisions with who made them, the newest first',
    query: filters,
    answers: {
      200: answered('A page.', pageOf(exactly({ ...asked, objects: whole }), { recording })),
      404: none,
    },
  },
})

export const auditObjectsContracts: Describe = () => ({
  GET: {
    summary: 'List what was done to which entities, the newest first',
    query: {
      ...filters,
      dao_name: { description: 'Only of this kind.', schema: text },
      entity_key: { description: 'Only of the entity with this id.', schema: text },
      entity_name: {
        description: 'Only of entities of this name, also of those that are gone.',
        schema: text,
      },
      operation: { description: 'Only this.', schema: { enum: ['create', 'update', 'delete'] } },
    },
    answers: { 200: answered('A page.', pageOf(change, { recording })), 404: none },
  },
})
