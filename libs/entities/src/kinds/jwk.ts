import { array, type Field, type Fields, string } from '../field.ts'
import type { Problem } from '../field-errors.ts'
import { fillRecord } from '../fill.ts'
import { isJsonObject, type Json } from '../json.ts'
import { parseJson } from '../parse-json.ts'
import { recordErrors } from '../record-errors.ts'
import { readJwk } from '../validators/pem.ts'

const TEXTS = [
  ...['issuer', 'kty', 'use', 'alg', 'x5u', 'x5t', 'x5t#S256', 'k', 'x', 'y', 'crv'],
  ...['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'r', 't'],
]

/** What a JSON Web Key may hold (RFC 7517, RFC 7518). */
const members: Fields = {
  ...Object.fromEntries(TEXTS.map((name): [string, Field] => [name, string()])),
  kid: string({ required: true }),
  key_ops: array(string()),
  x5c: array(string()),
}

/** What is wrong with the text of a JSON Web Key whose id is to be `kid`, or nothing. */
export function jwkProblem(text: string, kid: Json): string | undefined {
  const jwk = parse(text)
  if (!isJsonObject(jwk)) return 'could not json decode jwk string'
  if (jwk.kid !== kid) return 'kid in jwk.kid must be equal to keys.kid'
  if (readJwk(jwk) === undefined) return 'could not load JWK, likely not a valid key'
  const errors = recordErrors(members, [], fillRecord(members, jwk))
  return errors && validationError(errors)
}

/** Kong's words for it, which are others than those for an entity. */
function validationError(errors: Exclude<Problem, string>): string {
  const found = Object.entries<Problem | null>(errors).flatMap(([name, problem]) => {
    if (problem === null) return []
    const text = typeof problem === 'string' ? problem : validationError(problem)
    return Array.isArray(errors) ? text : `${name}: ${text}`
  })
  return `Validation error: ${found.sort().join('; ')}`
}

function parse(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch (error) {
    // The parser's answer to a user's text: an expected outcome that it can only throw.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined
    throw error
  }
}
