import { type Form, splitList } from './form.ts'

/** The size that a map file may reach. */
export interface MapSize {
  readonly bytes: number
  /** True when an operator set the size: the map never grows beyond it. A default only tells where it starts. */
  readonly limit: boolean
}

/** How much of the journal is kept: a revision stays while it is among the last `revisions` and younger than `ageMs`. */
export interface Retention {
  readonly revisions: number
  readonly ageMs: number
}

const BYTES = new Map([
  ['', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
])
const SMALLEST_MAP = 1024 ** 2

/** Bytes, as nginx writes them. */
export const byteSize: Form<number> = {
  expects: 'a size in bytes such as 512, 8k, 10m or 1g',
  parse(text) {
    const [, digits, unit = ''] = /^(\d{1,12})([kmg]?)$/i.exec(text) ?? []
    const value = Number(digits) * (BYTES.get(unit.toLowerCase()) ?? 1)
    return Number.isSafeInteger(value) ? { value } : { wrong: `use ${this.expects}` }
  },
}

export const mapSize: Form<MapSize> = {
  expects: 'a size such as 128m or 2g, at least 1m',
  parse(text, { given }) {
    const [, digits, unit = ''] = /^(\d{1,12})([kmg]?)b?$/i.exec(text) ?? []
    const bytes = Number(digits) * (BYTES.get(unit.toLowerCase()) ?? 1)
    if (!(bytes >= SMALLEST_MAP && Number.isSafeInteger(bytes))) return { wrong: `use ${this.expects}` }
    return { value: { bytes, limit: given } }
  },
}

const MILLISECONDS = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

/** How long something takes, as nginx writes it: milliseconds; a bare number is seconds. */
export const duration: Form<number> = {
  expects: 'a time such as 500ms, 60s, 1m or 1h; a bare number is seconds',
  parse(text) {
    const [, digits, unit = 's'] = /^(\d{1,9})(ms|[smhd])?$/.exec(text) ?? []
    if (digits === undefined) return { wrong: `use ${this.expects}` }
    const value = Number(digits) * (unit === 'ms' ? 1 : (MILLISECONDS.get(unit) ?? 1000))
    return value > LONGEST_TIMER ? { wrong: 'use at most 24d' } : { value }
  },
}

/** What a timer can count, milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Part by part, since either may stand alone: `100000`, `7d`, or both. The part left out sets no bound. */
export const retention: Form<Retention> = {
  expects: 'a number of revisions, an age such as 12h or 7d, or both separated by a comma',
  parse(text) {
    let revisions = Number.POSITIVE_INFINITY
    let ageMs = Number.POSITIVE_INFINITY
    const words = splitList(text)
    for (const word of words) {
      const [, digits = '', unit] = /^([1-9]\d{0,11})([smhd])?$/.exec(word) ?? []
      if (digits === '') return { wrong: `use ${this.expects}` }
      if (unit === undefined) revisions = Math.min(revisions, Number(digits))
      else ageMs = Math.min(ageMs, Number(digits) * (MILLISECONDS.get(unit) ?? 1))
    }
    return words.length === 0 ? { wrong: `use ${this.expects}` } : { value: { revisions, ageMs } }
  },
}

/** How many worker threads carry traffic. `auto` is one per core and never fewer than two, so one busy worker stops nothing. */
export const workers: Form<number> = {
  expects: 'auto, or a whole number from 1 to 256',
  parse(text, { cores }) {
    if (text === 'auto') return { value: Math.max(2, cores) }
    const value = /^\d{1,3}$/.test(text) ? Number(text) : 0
    return value >= 1 && value <= 256 ? { value } : { wrong: `use ${this.expects}` }
  },
}
