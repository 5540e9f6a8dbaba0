import { Buffer } from 'node:buffer'
import { pcreToRegExp } from '../pcre.ts'
import { BoundedRegex } from './bounded-regex.ts'
import { type Catastrophe, catastropheIn } from './catastrophe.ts'

/**
 * What keeps nodes from matching a pattern, or nothing: they would refuse the whole config for it.
 *
 * @param pattern one that `pcreToRegExp` takes
 * @param from where a match may begin
 */
export function patternProblem(pattern: string, from: 'start' | 'anywhere'): string | undefined {
  return unfitPatternProblem(pattern, from) ?? slowPatternProblem(pattern)
}

function unfitPatternProblem(pattern: string, from: 'start' | 'anywhere'): string | undefined {
  // Some nodes match the bytes of a text, others its characters.
  for (const form of new Set([pattern, Buffer.from(pattern).toString('latin1')]))
    try {
      const { source, flags } = pcreToRegExp(form)
      new BoundedRegex(new RegExp(from === 'start' ? `^(?:${source})` : source, flags)).prepare()
    } catch (error) {
      // The engine's answer to a user's pattern: an expected outcome that it can only throw.
      if (!(error instanceof SyntaxError)) throw error
      const why = error.message.replace(/^Invalid regular expression: .*: /s, '')
      return `nodes cannot match the regex '${shortened(pattern)}': ${why}`
    }
  return undefined
}

function shortened(pattern: string): string {
  return pattern.length > LONGEST ? `${pattern.slice(0, LONGEST)}…` : pattern
}

/**
 * What is wrong with matching a pattern with what clients send: the pattern, the part at fault, a proof, and a way out.
 *
 * @param matched what has to match it: a `part` of a text, or the `whole` of it
 */
export function slowPatternProblem(pattern: string, matched: 'part' | 'whole' = 'part'): string | undefined {
  const found = catastropheIn(matched === 'part' ? pattern : pattern.replace(FLAGS_AND_REST, '$1^(?:$2)$$'))
  if (found === undefined) return undefined
  const { part, attack } = found
  const why = `'${part}' matches one text in many ways, and all of them are tried for '${shown(attack)}'`
  return `the regex '${pattern}' takes exponential time: ${why}. ${ADVICE}${POSSESSIVE.test(pattern) ? NOTE : ''}`
}

const FLAGS_AND_REST = /^(\(\?[ims]+\))?(.*)$/s

const ADVICE =
  "Let each text match in one way only: repeat once ('a+' instead of '(a+)+'), and begin alternatives differently"

/** They are what one would write against it where a matcher heeds them. */
const POSSESSIVE = /[*+?}]\+|\(\?>/
const NOTE = '; possessive quantifiers and atomic groups are matched like others here'

/** Enough for a test to hang on. */
const SHOWN_PUMPS = 30
const LONGEST = 80

function shown({ prefix, pump, suffix }: Catastrophe['attack']): string {
  const middle = LONGEST - prefix.length - suffix.length
  const pumps = Math.max(3, Math.min(SHOWN_PUMPS, Math.floor(middle / pump.length)))
  return JSON.stringify(prefix + pump.repeat(pumps) + suffix).slice(1, -1)
}
