import type { Form } from './form.ts'

/** The text of an error page, with one `%s` for the message. */
export const errorTemplate: Form<string> = {
  expects:
    'the path of a file that holds one %s, where the message goes, and %% for each percent sign before s or %',
  parse(path, { readFile }) {
    let text: string
    try {
      text = readFile(path)
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? error.code : error
      return { wrong: `name a readable file (${reason})` }
    }
    const places = text.match(/%[s%]/g)?.filter((mark) => mark === '%s').length ?? 0
    return places === 1 ? { value: text } : { wrong: 'put one %s, for the message, into the file' }
  },
}
