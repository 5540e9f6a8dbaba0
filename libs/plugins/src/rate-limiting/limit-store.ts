import type { CountingWindow, Facilities } from '../facilities.ts'
import type { Period } from './windows.ts'

/** A window, and what a store outside the node may call it. */
export type StoredWindow = CountingWindow & { readonly period: Period }

/** Where requests are counted: one of all windows, or of none if one is used up. */
export interface LimitStore {
  /**
   * @returns what each window held before
   * @throws Error when the store cannot be reached
   */
  take(key: string, windows: readonly StoredWindow[]): readonly number[] | Promise<readonly number[]>
}

/** The node's own memory. */
export function localStore({ counters }: Facilities): LimitStore {
  return counters
}

/** The name of a window in a store outside the node: Kong's, so that its nodes and ours count together. */
export function windowKey(key: string, { start, period }: StoredWindow): string {
  return `${key}:${start * 1000}:${period}`
}
