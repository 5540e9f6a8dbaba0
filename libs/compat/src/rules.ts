import type { Rule } from './rule.ts'
import { since31 } from './rules/3.1.ts'
import { since32 } from './rules/3.2.ts'
import { since33 } from './rules/3.3.ts'
import { since34 } from './rules/3.4.ts'

/** Every rule of this product. The order matters only among rules of one release, which run as written. */
export const rules: readonly Rule[] = [...since34, ...since33, ...since32, ...since31]
