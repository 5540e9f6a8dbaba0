import { resolve } from 'node:path'
import type { Form } from './form.ts'

/** Absolute, so that it means the same whatever the working directory later is. */
export const prefixFolder: Form<string> = {
  expects: 'the path of a folder',
  parse: (_text, { prefix }) => ({ value: prefix }),
}

export const pathUnderPrefix: Form<string> = {
  expects: 'a path, under the prefix unless absolute',
  parse: (text, { prefix }) => ({ value: resolve(prefix, text) }),
}

export const workingFolder: Form<string> = {
  expects: 'the path of a folder, under the working directory unless absolute',
  parse: (text) => ({ value: resolve(text) }),
}
