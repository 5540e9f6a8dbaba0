import { hostileTexts } from './hostile-values.ts'
import { idOf, someId, someName } from './pool.ts'
import type { Random } from './random.ts'

/** A template with something in each of its places: mostly what may be there. */
export function concrete(template: string, random: Random): string {
  const path = template.replaceAll(/\{([^}]+)\}/g, (_, kind: string) => segment(kind, random))
  return random.chance(0.97) ? path : tricked(path, random)
}

function segment(kind: string, random: Random): string {
  return random.weighted<() => string>([
    [40, () => idOf(kind, 0)],
    [38, () => someId(kind, random)],
    [14, () => encodeURIComponent(someName(random))],
    [
      3,
      () =>
        random.pick([
          'default',
          'plugins',
          'services',
          'all',
          'notice',
          'validate',
          's0.test',
          '10.0.0.1:8000',
        ]),
    ],
    [7, () => escaped(random.pick(hostileTexts), random)],
    [0.5, () => 'x'.repeat(random.pick([300, 8000, 8193]))],
  ])()
}

/** As a client escapes it, or as one that does it badly: every character that may stand in a request line may be sent bare. */
function escaped(text: string, random: Random): string {
  if (random.chance(0.8)) return encodeURIComponent(text.toWellFormed())
  return [...text.toWellFormed()]
    .map((char) => (/[!-~]/.test(char) ? char : encodeURIComponent(char)))
    .join('')
}

function tricked(path: string, random: Random): string {
  return random.pick<() => string>([
    () => path.replace('/', '//'),
    () => path.replace(/\/([^/]+)$/, '/./$1'),
    () => path.replace(/\/([^/]+)$/, '/x/../$1'),
    () => path.replace(/\/([^/]+)$/, '%2f$1'),
    () => path.replaceAll(/[a-z]/g, (char) => `%${char.charCodeAt(0).toString(16)}`),
    () => path.toUpperCase(),
    () => `${path}/`,
    () => `${path}//`,
    () => `${path}%`,
    () => `${path}%zz`,
    () => `${path}%e4%00`,
    () => `${path};a=b`,
    () => `${path}#a`,
    () => `${path}\\`,
    () => `http://other.test${path}`,
    () => `http://[::1${path}`,
    () => '*',
  ])()
}

/** What may follow a path: what lists understand, right and wrong. */
export function query(random: Random, isWrite: boolean): string {
  if (random.chance(isWrite ? 0.94 : 0.4)) return ''
  if (random.chance(0.02)) return `?${'a&'.repeat(random.pick([999, 1000]))}a`
  const count = random.pick([1, 1, 1, 2, 3])
  const pairs = Array.from({ length: count }, () => {
    const name = random.pick(isWrite ? OF_WRITES : OF_LISTS)
    const values = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined
    const value = values !== undefined && random.chance(0.7) ? random.pick(values) : random.pick(hostileTexts)
    return random.chance(0.9) ? `${name}=${escaped(value, random)}` : escaped(name, random)
  })
  return `?${pairs.join('&')}`
}

const OF_LISTS = [
  'size',
  'offset',
  'tags',
  'custom_id',
  'sort_desc',
  'list_consumers',
  'balancer_health',
  'a',
  '__proto__',
]
const OF_WRITES = ['wait_for_sync', 'dry_run', 'flatten_errors', 'check_hash', 'timeout', 'a']

const token = (value: unknown): string => btoa(JSON.stringify(value)).replaceAll('=', '')

const VALUES: Readonly<Record<string, readonly string[]>> = {
  size: ['1', '2', '1000', '0', '1001', '1e2', '-1', '1.5'],
  offset: [
    ...[
      token([idOf('services', 0)]),
      token(['x']),
      token([null]),
      token([]),
      token({}),
      token([[]]),
      token('a'),
    ],
    ...[
      token([idOf('tags', 1), 'services', 'a']),
      token(['a\0']),
      btoa('[1e400]'),
      token(['a', 'services', 'b']),
      '5',
    ],
  ],
  tags: ['a', 'a,b', 'a/b', 'a,b/c', 'n-1', 'a,,b', ','],
  custom_id: ['n-0', 'n-1'],
  wait_for_sync: ['0.05', '0.1', '0.2', '0', '61'],
  dry_run: ['1', 'true'],
  flatten_errors: ['1'],
  check_hash: ['1'],
  timeout: ['1', '0', '-1', '99999999999'],
}
