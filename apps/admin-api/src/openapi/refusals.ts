import { type DomainCode, domainCodes, type JsonSchema } from '@biplane/entities'
import { statusOf } from '../problem.ts'
import { exactly, listOf, orNull, text } from './contract.ts'

/** The bodies of refusals, as components: those of one status go by its name, `message` is the body of those without a code. */
export function refusalSchemas(): Readonly<Record<string, JsonSchema>> {
  const codes = Object.keys(domainCodes).filter(isCode)
  const byStatus = Map.groupBy(codes, (code) => (code === 'database error' ? UNAVAILABLE : statusOf[code]))
  const refused = [...byStatus].map(([status, found]) => [
    `refused-${status}`,
    { anyOf: [refTo('message'), ...found.map(bodyOf)] },
  ])
  return {
    message: exactly({ message: text }),
    'field-errors': {
      type: 'object',
      description: 'What is wrong, in the shape of the entity; with it as a whole under `@entity`.',
      additionalProperties: refTo('field-problem'),
    },
    'field-problem': {
      anyOf: [text, refTo('field-errors'), listOf(orNull(refTo('field-problem')))],
    },
    ...Object.fromEntries(refused),
  }
}

/** Of a lost database, which the table of statuses calls a fault of ours. */
const UNAVAILABLE = 503

/** A refusal of this status, where there are such, or one without a code. */
export function refusal(status: number): JsonSchema {
  const isCoded = status === UNAVAILABLE || Object.values(statusOf).includes(status)
  return refTo(isCoded && status !== 500 ? `refused-${status}` : 'message')
}

export function refTo(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` }
}

function isCode(name: string): name is DomainCode {
  return Object.hasOwn(domainCodes, name)
}

function bodyOf(code: DomainCode): JsonSchema {
  // Which field it is about, only the name of this one tells.
  const name = code === 'invalid unique' ? { type: 'string', pattern: `^${code} ` } : { const: code }
  const members = { code: { const: domainCodes[code] }, name, message: text, fields: detailsOf(code) }
  if (code !== 'invalid options') return exactly(members, ['fields'])
  const { fields, ...others } = members
  return exactly({ ...others, options: fields }, ['options'])
}

/** Of most, the values at fault by the names of their fields. */
function detailsOf(code: DomainCode): JsonSchema {
  return code === 'schema violation' ? refTo('field-errors') : { type: 'object' }
}
