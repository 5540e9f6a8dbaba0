import type { BundledSchema } from '../bundled.ts'
import { functionPhases } from '../fields/function-phases.ts'

export const postFunctionSchema = {
  name: 'post-function',
  priority: -1000,
  ...functionPhases,
} satisfies BundledSchema
