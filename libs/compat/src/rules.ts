import type { Rule } from './rule.ts'
import { since32 } from './rules/3.2.ts'
import { since33 } from './rules/3.3.ts'

/** Every rule of this product. The order matters only among rules of one release, which run as written. */
export const rules: readonly Rule[] = [...since33, ...since32]
