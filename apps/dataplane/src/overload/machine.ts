import { totalmem } from 'node:os'
import type { Machine } from './limits.ts'

/** What the system lets this process use. */
export function thisMachine(): Machine {
  return { openFiles: openFileLimit(), memoryBytes: memoryLimit() }
}

/** A report, which Node makes for those who look for faults, is the one place where it tells this on every system. */
function openFileLimit(): number {
  // Its types do not say what is in it.
  const { userLimits } = process.report.getReport() as Report
  const limit = Number(userLimits?.open_files?.soft)
  return Number.isFinite(limit) ? limit : Number.MAX_SAFE_INTEGER
}

interface Report {
  /** A number, or `unlimited`. */
  readonly userLimits?: { readonly open_files?: { readonly soft: number | string } }
}

/** That of the container, where there is one. */
function memoryLimit(): number {
  const total = totalmem()
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, total) : total
}
