/** One request, as bytes that do not depend on what is answered to others. */
export interface FuzzRequest {
  readonly method: string
  /** As it goes on the wire. */
  readonly path: string
  /** What it is an instance of, such as `/services/{services}`. */
  readonly template: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** In place of all that: the whole request as it goes on the wire, right or wrong. */
  readonly wire?: Buffer
}

/** A command that sends the same from a shell. */
export function asCommand(request: FuzzRequest, origin: string): string {
  const { method, path, headers, body, wire } = request
  if (wire !== undefined) {
    const { hostname, port } = new URL(origin)
    return `printf ${quoted(wire, '%')} | timeout 5 nc ${hostname} ${port}`
  }
  const lines = Object.entries(headers).flatMap(([name, value]) => [
    '-H',
    quoted(Buffer.from(`${name}: ${value}`, 'latin1')),
  ])
  // Of what curl would add by itself, only what is sent here goes.
  const silence = ['Content-Type', 'Accept'].filter((name) => !(name.toLowerCase() in headers))
  const words = [
    ...['curl', '-isS', '-g', '--path-as-is', method === 'HEAD' ? '-I' : `-X ${method}`],
    ...[...lines, ...silence.flatMap((name) => ['-H', `'${name}:'`])],
    quoted(Buffer.from(`${origin}${path}`)),
    ...(body === undefined ? [] : ['--data-binary @-']),
  ]
  return body === undefined ? words.join(' ') : `printf ${quoted(body, '%')} | ${words.join(' ')}`
}

/** For bash: `$'…'`. `printf` also wants its own sign twice, and a backslash too. */
function quoted(bytes: Buffer, format = ''): string {
  const text = [...bytes]
    .map((byte) => {
      const char = String.fromCharCode(byte)
      if (format !== '' && char === '%') return '%%'
      if (format !== '' && (char === '\\' || byte === 0)) return char === '\\' ? '\\\\\\\\' : '\\\\000'
      if (char === '\\' || char === "'") return `\\${char}`
      return byte >= 0x20 && byte < 0x7f ? char : `\\x${byte.toString(16).padStart(2, '0')}`
    })
    .join('')
  return /^[\w./:@=-]+$/.test(text) ? text : `$'${text}'`
}
