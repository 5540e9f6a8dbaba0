/** A Host value taken apart. */
export interface HostParts {
  /** As sent, byte for byte. */
  readonly raw: string
  /** Without port; an IPv6 literal without brackets. */
  readonly name: string
  /** With the port that was sent, or the one that the scheme implies; an IPv6 literal keeps its brackets. */
  readonly withPort: string
}

/**
 * Splits a Host value as Kong does: at its only colon when digits follow, after the bracket for IPv6. What does not look
 * like that is a name as a whole, colons included.
 */
export function splitHost(raw: string, scheme: string): HostParts {
  const port = scheme === 'https' ? '443' : '80'
  const [, bracketed, given] = (raw.startsWith('[') && /^\[([^\]]*)\](?::(\d*))?$/.exec(raw)) || []
  if (bracketed !== undefined)
    return {
      raw,
      name: bracketed,
      withPort: `[${bracketed}]:${given === undefined || given === '' ? port : given}`,
    }
  const colon = raw.indexOf(':')
  if (colon === -1) return { raw, name: raw, withPort: `${raw}:${port}` }
  const after = raw.slice(colon + 1)
  if (!/^\d*$/.test(after))
    return { raw, name: raw, withPort: raw.startsWith('[') ? `${raw}:${port}` : `[${raw}]:${port}` }
  const name = raw.slice(0, colon)
  return { raw, name, withPort: `${name}:${after === '' ? port : after}` }
}

/** Whether a host text names a port. */
export function hasPort(text: string): boolean {
  return /^(?:\[.*\]|[^[:][^:]*):\d+$/s.test(text)
}
