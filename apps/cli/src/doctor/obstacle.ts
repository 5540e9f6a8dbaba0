import { accessSync } from 'node:fs'

/**
 * What keeps this user from a file or folder, as the code of the error; null when nothing does.
 *
 * @param mode of `fs.constants`: R_OK, W_OK, X_OK
 */
export function obstacleTo(path: string, mode: number): string | null {
  try {
    accessSync(path, mode)
    return null
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}
