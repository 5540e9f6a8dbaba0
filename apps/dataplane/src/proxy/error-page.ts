/** The body of an error, in the format that the client accepts. */
export interface ErrorPage {
  readonly contentType: string
  readonly body: string
}

type Format = 'json' | 'html' | 'xml' | 'plain'

/** Kong's templates: tools compare these bytes. The message is inserted as it is. */
const TEMPLATES: Readonly<Record<Format, (message: string) => ErrorPage>> = {
  json: (message) => ({
    contentType: 'application/json; charset=utf-8',
    body: `{\n  "message":${JSON.stringify(message)}\n}`,
  }),
  html: (message) => ({
    contentType: 'text/html; charset=utf-8',
    body: `<!doctype html>
<html>
  <head>
    <meta charset="utf-8">
    <title>Error</title>
  </head>
  <body>
    <h1>Error</h1>
    <p>${escapeMarkup(message)}.</p>
  </body>
</html>
`,
  }),
  xml: (message) => ({
    contentType: 'application/xml; charset=utf-8',
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<error>\n  <message>${escapeMarkup(message)}</message>\n</error>\n`,
  }),
  plain: (message) => ({ contentType: 'text/plain; charset=utf-8', body: `${message}\n` }),
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
export function errorPage(accept: string | undefined, message: string): ErrorPage {
  return TEMPLATES[accept === undefined || accept === '' ? 'json' : formatOf(accept)](message)
}

function formatOf(accept: string): Format {
  let best: { format: Format; q: number } | undefined
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    const q = weight === undefined ? 1 : Number.parseFloat(weight.slice(2)) || 0
    if (best === undefined || q > best.q) best = { format: FORMATS.get(type) ?? 'json', q }
  }
  return best?.format ?? 'json'
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
