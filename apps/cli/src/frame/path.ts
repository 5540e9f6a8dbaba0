import { InvalidArgumentError } from 'commander'

/** Reads a path that is an argument. An empty one is a variable of a script that was not set, never this folder. */
export function givenPath(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('Name a file or a folder.')
}
