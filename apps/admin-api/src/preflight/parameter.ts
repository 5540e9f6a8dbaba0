import { BadRequest } from '../bad-request.ts'

export const PREFLIGHT_PARAMETER = 'preflight'

/** Whether a write is only to be rehearsed. What is neither yes nor no is refused: taken for a no, it would write. */
export function wantsPreflight(query: URLSearchParams): boolean {
  const text = query.get(PREFLIGHT_PARAMETER)
  if (text === null || text === 'false') return false
  if (text === 'true') return true
  throw new BadRequest(400, `${PREFLIGHT_PARAMETER} must be true or false`)
}
