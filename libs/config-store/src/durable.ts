import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Replaces a file in one step that survives a power cut: a reader finds the old text or the new one. Mode 0600. */
export function replaceFile(path: string, text: string): void {
  const next = `${path}.next`
  withFile(next, 'w', (file) => {
    writeSync(file, text)
    fsyncSync(file)
  })
  renameSync(next, path)
  syncDirectory(dirname(path))
}

/** Makes what was created, renamed or removed in a directory survive a power cut. */
export function syncDirectory(path: string): void {
  withFile(path, 'r', fsyncSync)
}

function withFile(path: string, flags: 'r' | 'w', use: (file: number) => void): void {
  const file = openSync(path, flags, 0o600)
  try {
    use(file)
  } finally {
    closeSync(file)
  }
}
