/** The body of an error, in the format that the client accepts. */
export interface ErrorPage {
  readonly contentType: string
  readonly body: string
}

type Format = 'json' | 'html' | 'xml' | 'plain'

/** What an operator has pages look like: texts with one `%s` in them for the message; null for the built-in ones. */
export type ErrorTemplates = { readonly [F in Format as `error_template_${F}`]: string | null }

const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
  plain: 'text/plain; charset=utf-8',
}

/** Kong's templates: tools compare these bytes. */
const TEMPLATES: Readonly<Record<Format, string>> = {
  json: '{\n  "message":"%s"\n}',
  html: `<!doctype html>
<html>
  <head>
    <meta charset="utf-8">
    <title>Error</title>
  </head>
  <body>
    <h1>Error</h1>
    <p>%s.</p>
  </body>
</html>
`,
  xml: '<?xml version="1.0" encoding="UTF-8"?>\n<error>\n  <message>%s</message>\n</error>\n',
  plain: '%s\n',
}

/** A message may hold what others have written: it stays text. */
const ESCAPED: Readonly<Record<Format, (message: string) => string>> = {
  json: (message) => JSON.stringify(message).slice(1, -1),
  html: escapeMarkup,
  xml: escapeMarkup,
  plain: (message) => message,
}

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['application/json', 'json'],
  ['application/*', 'json'],
  ['*/*', 'json'],
  ['text/html', 'html'],
  ['application/xml', 'xml'],
  ['text/plain', 'plain'],
  ['text/*', 'plain'],
])

/** @param accept the request's Accept values, joined; the highest q wins, the first one on ties; unknown types are JSON */
export function errorPage(accept: string | undefined, message: string, templates: ErrorTemplates): ErrorPage {
  const format = formatOf(accept ?? '')
  const template = templates[`error_template_${format}`] ?? TEMPLATES[format]
  const inserted = ESCAPED[format](message)
  // A template of Kong's has %% where it means a percent sign.
  const body = template.replace(/%[s%]/g, (mark) => (mark === '%s' ? inserted : '%'))
  return { contentType: CONTENT_TYPES[format], body }
}

/** What is no media range, or refused by its weight of 0, does not count. */
function formatOf(accept: string): Format {
  let best: Format = 'json'
  let highest = 0
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    if (!/^[^\s/]+\/[^\s/]+$/.test(type)) continue
    const q = weightOf(parameters)
    if (q <= highest) continue
    highest = q
    best = FORMATS.get(type) ?? 'json'
  }
  return best
}

/** One that is malformed says nothing. */
function weightOf(parameters: readonly string[]): number {
  const said = parameters.find((parameter) => parameter.startsWith('q=')) ?? ''
  return Number(/^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.exec(said)?.[1] ?? 1)
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
