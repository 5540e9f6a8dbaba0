import type { BundledSchema } from '../bundled.ts'
import { functionPhases } from '../fields/function-phases.ts'

export const preFunctionSchema = {
  name: 'pre-function',
  priority: 1000000,
  ...functionPhases,
} satisfies BundledSchema
