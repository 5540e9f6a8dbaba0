import type { JsonObject } from '@biplane/entities'
import type { Method } from '../manners.ts'
import { REVISION_HEADER } from '../revision-header.ts'
import { WITHHELD_HEADER } from '../wait-for-sync/register.ts'
import type { Answer, Contract, Parameter } from './contract.ts'
import type { SharedParameter } from './parameters.ts'
import { refTo } from './refusals.ts'
import { commonAnswers, type SharedAnswer } from './shared-answers.ts'

export interface Endpoint {
  readonly method: Method
  /** `/services/{services}` */
  readonly template: string
  /** Whether it is answered to who shows no token, whatever the settings. */
  readonly isPublic: boolean
  /** Whether it writes the config, so that a preflight of it can be asked for. */
  readonly isRehearsable: boolean
  /** Undefined for what was registered without one: then only what all operations have in common is told. */
  readonly contract: Contract | undefined
  /** Of each parameter of the path, the texts that lead to another path. */
  readonly reserved: ReadonlyMap<string, readonly string[]>
}

/** An endpoint as an Operation Object of OpenAPI. */
export function operation({
  method,
  template,
  isPublic,
  isRehearsable,
  contract,
  reserved,
}: Endpoint): JsonObject {
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
    ...(isWrite ? [shared('wait')] : []),
    ...(isRehearsable ? [shared('preflight')] : []),
    ...(contract?.conditional ? [shared('if-match'), shared('if-none-match')] : []),
  ]
  const sort = {
    ...{ method, isPublic },
    hasParameters: template.includes('{'),
    isConditional: contract?.conditional === true,
  }
  const own = { ...commonAnswers(sort), ...contract?.answers }
  const answers = isRehearsable ? { ...own, 200: orRehearsed(contract?.answers?.[200]) } : own
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

/** What a preflight is answered is one of the answers, whatever else 200 would mean. */
function orRehearsed(answer: Answer | SharedAnswer | undefined): Answer {
  const rehearsed = refTo('preflight')
  const only = 'With `preflight`: what it would come to. Nothing was written.'
  if (answer === undefined || typeof answer === 'string') return { description: only, schema: rehearsed }
  const { description, schema, ...others } = answer
  return {
    ...others,
    description: `${description} ${only}`,
    schema: schema === undefined ? rehearsed : { anyOf: [schema, rehearsed] },
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

function shared(name: SharedParameter): JsonObject {
  return { $ref: `#/components/parameters/${name}` }
}

function requestBody({ description, required, content }: NonNullable<Contract['body']>): JsonObject {
  return {
    ...(description !== undefined && { description }),
    ...(required && { required }),
    content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
  }
}

function response(
  status: string,
  answer: Answer | SharedAnswer,
  isWrite: boolean,
  contract: Contract | undefined,
): JsonObject {
  if (typeof answer === 'string') return { $ref: `#/components/responses/${answer}` }
  const isDone = status.startsWith('2')
  const { headers = [] } = answer
  const all = [
    ...headers,
    ...(isDone && isWrite ? [REVISION_HEADER, WITHHELD_HEADER] : []),
    ...(isDone && contract?.conditional && answer.schema ? ['ETag'] : []),
  ]
  return responseOf({ ...answer, headers: [...new Set(all)] })
}

/** An answer as a Response Object of OpenAPI. */
export function responseOf({
  description,
  schema,
  types = ['application/json'],
  headers = [],
}: Answer): JsonObject {
  return {
    description,
    ...(headers.length > 0 && {
      headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    }),
    ...(schema && { content: Object.fromEntries(types.map((type) => [type, { schema }])) }),
  }
}
