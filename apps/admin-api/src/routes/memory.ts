import { BadRequest } from '../bad-request.ts'

const UNITS = new Map([
  ['k', { bytes: 1024, label: 'KiB' }],
  ['m', { bytes: 1024 ** 2, label: 'MiB' }],
  ['g', { bytes: 1024 ** 3, label: 'GiB' }],
])
const DEFAULT_SCALE = 2
const LARGEST_SCALE = 20

/**
 * A size as `GET /status` tells it: bytes as a number, larger units as text. `?unit=k` and `?scale=1` choose.
 *
 * @throws BadRequest for a unit that there is not
 */
export function formatMemory(bytes: number, query: URLSearchParams): number | string {
  const asked = query.get('unit') ?? 'm'
  if (asked.toLowerCase() === 'b') return bytes
  const unit = UNITS.get(asked.toLowerCase())
  if (unit === undefined)
    throw new BadRequest(400, `invalid unit '${asked}' (expected 'k/K', 'm/M', or 'g/G')`)
  const scale = Number(query.get('scale') ?? DEFAULT_SCALE)
  const digits = Number.isInteger(scale) && scale >= 0 && scale <= LARGEST_SCALE ? scale : DEFAULT_SCALE
  return `${(bytes / unit.bytes).toFixed(digits)} ${unit.label}`
}
