import { readFile } from 'node:fs/promises'
import { stdin } from 'node:process'
import { text } from 'node:stream/consumers'
import { Failure } from '../frame/failure.ts'

/** How a file is spoken of: `-` is standard input. */
export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file
}

/** @throws Failure */
export async function readDocumentFile(file: string): Promise<string> {
  try {
    return file === '-' ? await text(stdin) : await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Failure(`${nameOf(file)} cannot be read: ${reason}`, { cause })
  }
}
