import { describeErrors } from '@biplane/declarative'
import { type RawAnswer, readJson, refusal } from '../admin/client.ts'
import { Failure } from '../frame/failure.ts'
import { isObject, printable } from '../nodes/node.ts'

/** What is wrong with a config that the Admin API did not take, entity by entity where it tells. */
export function refusedConfig(answer: RawAnswer, name: string): Failure {
  const body = answer.status === 400 ? readJson(answer) : undefined
  if (!isObject(body) || body.code !== 14) return refusal(answer)
  const { flattened_errors: entities, fields } = body
  const details = [
    ...(Array.isArray(entities) ? entities.flatMap(entityLines) : []),
    ...(isTree(fields) && Object.keys(fields).length > 0 ? describeErrors(fields).split('\n') : []),
  ]
  return new Failure(`${name} is no valid config: nothing was changed`, { details })
}

function entityLines(entity: unknown): readonly string[] {
  const { entity_type: type, entity_name: name, entity_id: id, errors } = isObject(entity) ? entity : {}
  const what = `${type} ${name ?? id ?? 'without a name'}`
  return (Array.isArray(errors) ? errors : []).map((error: unknown) => {
    const { field, message } = isObject(error) ? error : {}
    return printable(field === undefined ? `${what}: ${message}` : `${what}: ${field}: ${message}`)
  })
}

function isTree(fields: unknown): fields is Parameters<typeof describeErrors>[0] {
  return isObject(fields)
}
