export { configHash, textHash } from './content-hash.ts'
export { describeErrors } from './describe-errors.ts'
export {
  type Change,
  type ChangedRow,
  changesOf,
  type Difference,
  difference,
  type FieldChange,
  isEmpty,
  type Row,
} from './difference.ts'
export { type Config, type Declared, type Draft, toConfig } from './draft.ts'
export { errorTree } from './error-tree.ts'
export { type FlatError, type FlattenedErrors, flattenErrors } from './flattened.ts'
export { type Invalid, invalidConfig, unreadableConfig } from './invalid.ts'
export type { Context } from './judge.ts'
export { LIMITS, type Limits } from './limits.ts'
export { declarable } from './outline.ts'
export { parseConfig } from './parse.ts'
export { parseText } from './parse-text.ts'
export { printConfig } from './print.ts'
export { printYaml } from './print-yaml.ts'
export { readText } from './read-text.ts'
export { settle } from './settle.ts'
