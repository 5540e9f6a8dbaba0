import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type Json, type JsonObject } from '@biplane/entities'
import { replaceFile } from './durable.ts'
import { toWrappedKeys, type WrappedKey } from './store-key.ts'

/** `store.json`: what lies beside it and how to read that. It is read before LMDB touches anything. */
export interface Manifest {
  readonly format: typeof FORMAT
  readonly cipher: Cipher
  /** Tells whether a key fits, by what it opens: the data key of the active generation. Null without a cipher. */
  readonly keyCheck: readonly WrappedKey[] | null
  /** Number of the active generation: the pointer. */
  readonly generation: number
  readonly meta: JsonObject
}

export type ManifestReading =
  | { readonly kind: 'found'; readonly manifest: Manifest }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unusable'; readonly reason: string }

/** How the active generation lies on the disk (cipher.ts). */
type Cipher = 'none' | typeof ENCRYPTED

const FORMAT = 1
const ENCRYPTED = 'xaes-256-gcm'

export function newManifest(generation: number, keyCheck: Manifest['keyCheck']): Manifest {
  return { format: FORMAT, ...underKeys(keyCheck), generation, meta: {} }
}

/** The fields that tell of encryption. */
export function underKeys(keyCheck: Manifest['keyCheck']): Pick<Manifest, 'cipher' | 'keyCheck'> {
  return { cipher: keyCheck === null ? 'none' : ENCRYPTED, keyCheck }
}

export function readManifest(directory: string): ManifestReading {
  const text = readText(manifestPath(directory))
  if (text === undefined) return { kind: 'missing' }
  const value = parse(text)
  if (!isJsonObject(value)) return { kind: 'unusable', reason: 'store.json is not a JSON object' }
  const { format, cipher, keyCheck, generation, meta } = value
  if (format !== FORMAT)
    return { kind: 'unusable', reason: `store.json tells of format ${format}, known is ${FORMAT}` }
  const keys = keysOf(cipher, keyCheck)
  if (keys === undefined) return { kind: 'unusable', reason: `store.json tells of cipher ${cipher}` }
  if (typeof generation !== 'number' || !Number.isSafeInteger(generation)) {
    return { kind: 'unusable', reason: 'store.json names no generation' }
  }
  const manifest = { ...newManifest(generation, keys), meta: isJsonObject(meta) ? meta : {} }
  return { kind: 'found', manifest }
}

/** Durable, and in one step: this is how a generation becomes the active one. */
export function writeManifest(directory: string, manifest: Manifest): void {
  replaceFile(manifestPath(directory), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Undefined where cipher and keys do not make sense together. */
function keysOf(cipher: Json | undefined, keyCheck: Json | undefined): Manifest['keyCheck'] | undefined {
  if (cipher === 'none') return keyCheck === null ? null : undefined
  try {
    return cipher === ENCRYPTED ? toWrappedKeys(keyCheck) : undefined
  } catch {
    return undefined // keys of another shape are as useless as none
  }
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
