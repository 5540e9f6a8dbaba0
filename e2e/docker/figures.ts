import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

// What was measured on the way is printed at the end. The tests run in other processes than what prints it.

const FILE = fileURLToPath(new URL('.results/figures.txt', import.meta.url))

export function forgetFigures(): void {
  mkdirSync(dirname(FILE), { recursive: true })
  rmSync(FILE, { force: true })
}

export function figure(what: string, value: string): void {
  appendFileSync(FILE, `${what.padEnd(60)} ${value}\n`)
}

export function figures(): string {
  return existsSync(FILE) ? readFileSync(FILE, 'utf8') : ''
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
