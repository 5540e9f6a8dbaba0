import type { JsonObject } from '@biplane/entities'
import type { Method } from '../manners.ts'
import { REVISION_HEADER } from '../revision-header.ts'
import { WITHHELD_HEADER } from '../wait-for-sync/register.ts'
import { commonAnswers, conditionParameters, waitParameter } from './common.ts'
import type { Answer, Contract, Parameter } from './contract.ts'
import { refTo } from './refusals.ts'

export interface Endpoint {
  readonly method: Method
  /** `/services/{services}` */
  readonly template: string
  /** Whether it is answered to who shows no token, whatever the settings. */
  readonly isPublic: boolean
  /** Undefined for what was registered without one: then only what all operations have in common is told. */
  readonly contract: Contract | undefined
  /** Of each parameter of the path, the texts that lead to another path. */
  readonly reserved: ReadonlyMap<string, readonly string[]>
}

/** An endpoint as an Operation Object of OpenAPI. */
export function operation({ method, template, isPublic, contract, reserved }: Endpoint): JsonObject {
  const {
    summary = `${method} ${template}`,
    description,
    deprecated,
    group,
    body,
    query = {},
  } = contract ?? {}
  const isWrite = method !== 'GET'
  const parameters = [
    ...pathParameters(template, contract, reserved),
    ...Object.entries(query).map(([name, each]) => parameter('query', name, each)),
    ...(isWrite ? [waitParameter] : []),
    ...(contract?.conditional ? conditionParameters : []),
  ]
  const answers = {
    ...commonAnswers(method, template, isPublic),
    ...conditions(method, contract),
    ...contract?.answers,
  }
  return {
    operationId: `${method.toLowerCase()}${template.replace(/[^A-Za-z0-9]+/g, '_')}`.replace(/_$/, ''),
    tags: [group ?? groupOf(template)],
    summary,
    ...(description !== undefined && { description }),
    ...(deprecated && { deprecated }),
    ...(isPublic && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: requestBody(body) }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [
        status,
        response(status, answer, isWrite, contract),
      ]),
    ),
  }
}

function groupOf(template: string): string {
  const [, first = ''] = template.split('/', 2)
  return first === '' ? 'node' : first
}

function pathParameters(
  template: string,
  contract: Contract | undefined,
  reserved: Endpoint['reserved'],
): readonly JsonObject[] {
  return [...template.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => {
    const { description, schema } = contract?.path?.[name] ?? UNDESCRIBED
    const others = reserved.get(name) ?? []
    const free = others.length === 0 ? schema : { ...schema, not: { enum: others } }
    return { ...parameter('path', name, { description, schema: free }), required: true }
  })
}

const UNDESCRIBED: Parameter = { description: '', schema: { type: 'string', minLength: 1 } }

function parameter(where: string, name: string, { description, schema }: Parameter): JsonObject {
  return { name, in: where, ...(description !== '' && { description }), schema }
}

function requestBody({ description, required, content }: NonNullable<Contract['body']>): JsonObject {
  return {
    ...(description !== undefined && { description }),
    ...(required && { required }),
    content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
  }
}

function conditions(method: Method, contract: Contract | undefined): Readonly<Record<number, Answer>> {
  if (!contract?.conditional) return {}
  return {
    ...(method === 'GET' && { 304: { description: 'The client has it already.', headers: ['ETag'] } }),
    412: {
      description: 'A condition does not hold: nothing was written.',
      schema: refTo('message'),
      headers: ['ETag'],
    },
  }
}

function response(
  status: string,
  answer: Answer,
  isWrite: boolean,
  contract: Contract | undefined,
): JsonObject {
  const { description, schema, types = ['application/json'], headers = [] } = answer
  const isDone = status.startsWith('2')
  const told = new Set([
    ...headers,
    ...(isDone && isWrite ? [REVISION_HEADER, WITHHELD_HEADER] : []),
    ...(isDone && contract?.conditional && schema ? ['ETag'] : []),
    ...(status === '405' ? ['Allow'] : []),
  ])
  return {
    description,
    ...(told.size > 0 && {
      headers: Object.fromEntries([...told].map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    }),
    ...(schema && { content: Object.fromEntries(types.map((type) => [type, { schema }])) }),
  }
}
