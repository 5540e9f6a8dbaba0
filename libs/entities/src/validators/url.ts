/** The parts of a URL that a plugin may ask for; a part that is not there is undefined. */
export interface UrlParts {
  readonly scheme: string | undefined
  readonly userinfo: string | undefined
  readonly host: string | undefined
}

/** Reads a URL as Kong does: anything is one, and only what stands before `:` and after `//` is told apart. */
export function urlParts(url: string): UrlParts {
  const [, scheme, authority = ''] = /^(?:([0-9A-Za-z][\w+.-]*):)?(?:\/\/([^/?#]*))?/.exec(url) ?? []
  const [, userinfo, host = ''] = /^(?:([^@]*)@)?(.*?)(?::[^:\]]*)?$/s.exec(authority) ?? []
  return { scheme, userinfo, host: host === '' ? undefined : host }
}

/** A URL with a scheme and a host. */
export function urlProblem(url: string): string | undefined {
  const { scheme, host } = urlParts(url)
  if (host === undefined) return 'missing host in url'
  return scheme === undefined ? 'missing scheme in url' : undefined
}
