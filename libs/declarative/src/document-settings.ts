import { boolean, type JsonObject, string, valueProblem } from '@biplane/entities'
import type { Fault } from './error-tree.ts'
import { remarkProblems } from './outline.ts'

/** What a document says of itself. */
export interface DocumentSettings {
  /** Before 3.0 the paths of routes mean something else. */
  readonly isBefore3: boolean
  readonly transform: boolean
  readonly faults: readonly Fault[]
}

const formatVersion = string({ required: true, one_of: ['1.1', '2.1', '3.0'] })

/** The names at the top of a document that are not kinds. */
export const settingNames: readonly string[] = ['_format_version', '_transform', '_comment', '_ignore']

export function readSettings(document: JsonObject): DocumentSettings {
  const { _format_version: version = null, _transform: transform = null } = document
  const problems = {
    _format_version: valueProblem(formatVersion, version),
    _transform: valueProblem(boolean(), transform),
    ...remarkProblems(document),
  }
  return {
    isBefore3: version === '1.1' || version === '2.1',
    transform: transform !== false,
    faults: Object.entries(problems).flatMap(([name, problem]) =>
      problem === undefined ? [] : [{ at: [name], problem }],
    ),
  }
}
