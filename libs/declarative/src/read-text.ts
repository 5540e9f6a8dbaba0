import { isJsonObject, type Json, type JsonObject } from '@biplane/entities'
import { LIMITS, type Limits, nestsDeeper } from './limits.ts'
import { readJson } from './read-json.ts'
import { readYaml } from './read-yaml.ts'

/** What a text says, or why it says nothing. */
export type Reading = { readonly value: Json } | { readonly problem: string }

/**
 * Reads the text of a document: JSON if it is that, else YAML 1.1 as Kong reads it. Beyond Kong it refuses a key that is
 * given twice, further documents in one text, and what exceeds the limits. Never throws.
 */
export function readText(
  text: string,
  limits: Limits = LIMITS,
): { readonly document: JsonObject } | { readonly problem: string } {
  if (text.length > limits.length) return { problem: `longer than ${limits.length} characters` }
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text
  const reading = readJson(plain) ?? readYaml(plain, limits)
  if ('problem' in reading) return reading
  if (nestsDeeper(reading.value, limits.depth)) return { problem: 'nested too deeply' }
  return isJsonObject(reading.value) ? { document: reading.value } : { problem: 'expected an object' }
}
