import { createSecretKey, type KeyObject } from 'node:crypto'
import type { StoreKey } from './store-key.ts'

/** A key on its way to a process of our own. base64 */
export function toText(key: KeyObject): string {
  return key.export().toString('base64')
}

export function fromText(text: string): KeyObject {
  return createSecretKey(Buffer.from(text, 'base64'))
}

export interface StoreKeyText {
  readonly id: string
  readonly secret: string
}

export function toTexts(keys: readonly StoreKey[]): StoreKeyText[] {
  return keys.map(({ id, secret }) => ({ id, secret: toText(secret) }))
}

export function fromTexts(texts: readonly StoreKeyText[]): StoreKey[] {
  return texts.map(({ id, secret }) => ({ id, secret: fromText(secret) }))
}
