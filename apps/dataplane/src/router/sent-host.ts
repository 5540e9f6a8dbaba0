/** A Host value as Kong's expressions see it: the port is what follows the only colon, and only when it is a number. */
export interface SentHost {
  readonly name: string
  /** Without leading zeros; null when none was sent. */
  readonly port: string | null
}

export function sentHost(raw: string): SentHost {
  const colon = raw.indexOf(':')
  const after = raw.slice(colon + 1)
  if (colon === -1 || !/^\d+$/.test(after)) return { name: raw, port: null }
  return { name: raw.slice(0, colon), port: after.replace(/^0+(?=\d)/, '') }
}
