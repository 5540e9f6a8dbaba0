import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { send } from '../client.ts'
import { isJsonObject } from './json.ts'
import type { FuzzRequest } from './request.ts'

/** What `/openapi.json` promises of answers. */
export interface AnswerSchemas {
  /** What an answer lacks of what is promised for its path, verb and status. */
  problem(request: FuzzRequest, status: number, value: unknown): string | undefined
}

export async function readAnswerSchemas(admin: string): Promise<AnswerSchemas> {
  const answer = await send(`${admin}/openapi.json`)
  if (answer.status !== 200) throw new Error(`GET /openapi.json: ${answer.status}`)
  return answerSchemas(answer.json())
}

const DOCUMENT = 'openapi'

export function answerSchemas(document: Readonly<Record<string, unknown>>): AnswerSchemas {
  // What formats mean is for people; strictness would refuse the words of OpenAPI itself.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, schemas: { [DOCUMENT]: document } })
  const templates = Object.keys(isJsonObject(document.paths) ? document.paths : {}).map(toTemplate)
  const compiled = new Map<string, ValidateFunction | undefined>()
  const validator = (pointer: string): ValidateFunction | undefined => {
    if (!compiled.has(pointer)) compiled.set(pointer, ajv.getSchema(pointer))
    return compiled.get(pointer)
  }
  return {
    problem({ method, path }, status, value) {
      const template = templateOf(templates, path)
      if (template === undefined) return undefined
      const verb = ['paths', template, method.toLowerCase()]
      if (at(document, verb) === undefined) return undefined
      const found = [String(status), `${String(status)[0]}XX`, 'default']
        .map((each) => [...verb, 'responses', each])
        .find((steps) => at(document, steps) !== undefined)
      if (found === undefined) return `the status ${status} is not described`
      const answer = resolved(document, found)
      const schema = [...answer, 'content', 'application/json', 'schema']
      if (at(document, schema) === undefined) return 'no body is described'
      const validate = validator(`${DOCUMENT}#/${schema.map(escaped).join('/')}`)
      if (validate === undefined || validate(value)) return undefined
      const [first] = validate.errors ?? []
      return `against its description: ${first?.instancePath ?? ''} ${first?.message ?? ''} ${JSON.stringify(first?.params)}`
    },
  }
}

/** Where an answer is described, which may be among those that several operations share. */
function resolved(document: unknown, steps: readonly string[]): readonly string[] {
  const answer = at(document, steps)
  if (!isJsonObject(answer) || typeof answer.$ref !== 'string') return steps
  return answer.$ref
    .slice(2)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function at(document: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>(
    (found, step) => (isJsonObject(found) && Object.hasOwn(found, step) ? found[step] : undefined),
    document,
  )
}

function escaped(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))
}

interface Template {
  readonly path: string
  readonly segments: readonly string[]
}

function toTemplate(path: string): Template {
  return { path, segments: path.split('/') }
}

/** The path of the document that a request is for: where several fit, the one that says most. */
function templateOf(templates: readonly Template[], url: string): string | undefined {
  const [bare = ''] = url.split(/[?#]/, 1)
  const path = bare.length > 1 ? bare.replace(/\/$/, '') : bare
  const asked = path.split('/')
  const fitting = templates.filter(
    ({ segments }) =>
      segments.length === asked.length &&
      segments.every((segment, at) => (segment.startsWith('{') ? asked[at] !== '' : segment === asked[at])),
  )
  return fitting.toSorted((a, b) => (literals(a) < literals(b) ? 1 : -1))[0]?.path
}

/** Which segments are the path's own: the earlier ones count most, as they do for the server. */
function literals({ segments }: Template): string {
  return segments.map((segment) => (segment.startsWith('{') ? '0' : '1')).join('')
}
