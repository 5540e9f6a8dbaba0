import { type Json, type JsonObject, raw } from './json.ts'
import type { Random } from './random.ts'

/** What must never appear in the head of an answer: a line that was smuggled in through a value. */
export const SMUGGLED = 'x-smuggled'

/** Texts that have broken programs before. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'a\udfffb',
  '\ufeff',
  '\u202e',
  '\u2028',
  'e\u0301',
  '💥',
  'ﬃ',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__proto__.polluted',
  'constructor.prototype.polluted',
  "'",
  '"',
  '`',
  '\\',
  "' OR '1'='1",
  "'; drop table services; --",
  '1); select pg_sleep(30); --',
  "' union select null, null --",
  '$$; select pg_sleep(30); $$',
  "E'\\\\x27",
  '%',
  '_',
  'a%b_c',
  '{',
  '}',
  '{}',
  '{1,2}',
  '{vault://env/some-thing}',
  '{vault://',
  '{{7*7}}',
  '$' + '{7*7}',
  `a\r\n${SMUGGLED}: 1`,
  `\r\n\r\nHTTP/1.1 200 OK\r\n${SMUGGLED}: 1`,
  `\n${SMUGGLED}: 1`,
  '../../etc/passwd',
  '..',
  '.',
  '/',
  '//',
  'a/b',
  'a,b',
  '*',
  '*.*',
  '?',
  '#',
  '%00',
  '%0d%0a',
  '%c0%ae',
  '%u0041',
  '%',
  'null',
  'undefined',
  'true',
  'NaN',
  '-Infinity',
  '0x10',
  '1e309',
  '1_000',
  '٣',
  '00000000-0000-0000-0000-000000000000',
  '00000000-0000-4000-8000-00000000000',
  'FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF',
  '{00000000-0000-4000-8000-000000000000}',
  '~',
  '~/(((',
  '~/(a+)+$',
  '~/[',
  '~/(?<n>a)\\k<n>',
  '~/\\p{L}',
  '~/(?=a)*',
  '(?i)',
  'http://',
  'http://[::1',
  'http://[::1]:99999/',
  'http://a b/',
  'http://user:pass@h/',
  'javascript:alert(1)',
  '::',
  '::1%lo',
  '256.1.1.1',
  '1.1.1.1/33',
  '<script>alert(1)</script>',
  '!!js/function "function(){}"',
  '&a [*a]',
  '<<',
  'yes',
  '0777',
  '2001-01-01',
]

/** Numbers at the limits of their types, as JSON text where no double holds them. */
export const hostileNumbers: readonly Json[] = [
  0,
  raw('-0'),
  -1,
  0.5,
  1e-7,
  2 ** 15,
  2 ** 16,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  raw('9223372036854775807'),
  raw('9223372036854775808'),
  raw('-9223372036854775809'),
  raw('123456789012345678901234567890'),
  1e300,
  5e-324,
  raw('1e400'),
  raw('-1e400'),
  raw('1E+2'),
  raw('1.0'),
]

const NO_JSON = [
  'NaN',
  'Infinity',
  '01',
  '+1',
  '.5',
  "'a'",
  'undefined',
  '0x1',
  '1,',
  '// c',
  '[1,]',
  '\\u0001',
]

/** Any value that fits nowhere, or only just. Most are small: what is huge costs the time of many others. */
export function hostileValue(random: Random): Json {
  return random.weighted<() => Json>([
    [8, () => random.pick(hostileTexts)],
    [4, () => random.pick(hostileNumbers)],
    [4, () => random.pick<Json>([null, true, false, [], {}, [[]], [null], [{}], ['']])],
    [
      2,
      () => random.pick<Json>([{ id: null }, { id: 'x' }, { id: {} }, { name: 'n-0' }, { id: '', name: '' }]),
    ],
    [2, () => polluting(random)],
    [1, () => deep(random.pick([20, 99, 101, 2000]), random.chance(0.5))],
    [1, () => long(random)],
    [1, () => Array.from({ length: random.pick([10, 1001]) }, (_, at) => at)],
    [0.3, () => raw(random.pick(NO_JSON))],
  ])()
}

function polluting(random: Random): JsonObject {
  const inside: JsonObject = { polluted: true, id: 'polluted', name: 'polluted' }
  return random.pick<JsonObject>([
    own('__proto__', inside),
    { constructor: { prototype: inside } },
    own('__proto__', own('__proto__', inside)),
    { toString: null, valueOf: null, hasOwnProperty: null },
    { length: 3, 0: 'a' },
    { toJSON: 'x', valueOf: 'y' },
  ])
}

/** An object whose member may be called `__proto__`. */
export function own(name: string, value: Json): JsonObject {
  return Object.fromEntries([[name, value]])
}

function deep(levels: number, objects: boolean): Json {
  let value: Json = 'x'
  for (let level = 0; level < levels; level += 1) value = objects ? { a: value } : [value]
  return value
}

function long(random: Random): string {
  return random
    .pick(['a', 'é', '💥', '(', '%', '.', '~/a', ' '])
    .repeat(random.pick([256, 2000, 8200, 70_000]))
}
