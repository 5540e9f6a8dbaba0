import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type Json, type JsonObject } from '@biplane/entities'
import { replaceFile } from './durable.ts'

/** `store.json`: what lies beside it and how to read that. It is read before LMDB touches anything. */
export interface Manifest {
  readonly format: typeof FORMAT
  /** How values are encrypted. */
  readonly cipher: 'none'
  /** Tells whether a key fits; null without a cipher. */
  readonly keyCheck: null
  /** Number of the active generation: the pointer. */
  readonly generation: number
  readonly meta: JsonObject
}

export type ManifestReading =
  | { readonly kind: 'found'; readonly manifest: Manifest }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unusable'; readonly reason: string }

const FORMAT = 1

export function newManifest(generation: number): Manifest {
  return { format: FORMAT, cipher: 'none', keyCheck: null, generation, meta: {} }
}

export function readManifest(directory: string): ManifestReading {
  const text = readText(manifestPath(directory))
  if (text === undefined) return { kind: 'missing' }
  const value = parse(text)
  if (!isJsonObject(value)) return { kind: 'unusable', reason: 'store.json is not a JSON object' }
  const { format, cipher, keyCheck, generation, meta } = value
  if (format !== FORMAT)
    return { kind: 'unusable', reason: `store.json tells of format ${format}, known is ${FORMAT}` }
  if (cipher !== 'none' || keyCheck !== null)
    return { kind: 'unusable', reason: `store.json tells of cipher ${cipher}` }
  if (typeof generation !== 'number' || !Number.isSafeInteger(generation)) {
    return { kind: 'unusable', reason: 'store.json names no generation' }
  }
  return { kind: 'found', manifest: { ...newManifest(generation), meta: isJsonObject(meta) ? meta : {} } }
}

/** Durable, and in one step: this is how a generation becomes the active one. */
export function writeManifest(directory: string, manifest: Manifest): void {
  replaceFile(manifestPath(directory), `${JSON.stringify(manifest, null, 2)}\n`)
}

function manifestPath(directory: string): string {
  return join(directory, 'store.json')
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // not JSON is as unusable as JSON of another shape
  }
}
