/** A name: letters of any script, and of ASCII's signs only `.`, `-`, `_` and `~`, so that it fits a URL path. */
export function nameProblem(name: string): string | undefined {
  if (/^[\w.~\u{80}-\u{10ffff}-]+$/u.test(name)) return undefined
  return `invalid value '${name}': the only accepted ascii characters are alphanumerics or ., -, _, and ~`
}

/** A tag: printable, without `,` and `/` (the separators of tag filters); it may hold spaces. */
export function tagProblem(tag: string): string | undefined {
  const visible = /^[ -+\-.0-~\u{80}-\u{10ffff}]+$/u
  if (visible.test(tag)) return undefined
  return `invalid tag '${tag}': expected printable ascii (except \`,\` and \`/\`) or valid utf-8 sequences`
}

export function cookieNameProblem(name: string): string | undefined {
  if (/^[\w-]+$/.test(name)) return undefined
  return `bad cookie name '${name}', allowed characters are A-Z, a-z, 0-9, '_', and '-'`
}

export function headerNameProblem(name: string): string | undefined {
  if (/^[\w-]+$/.test(name)) return undefined
  return `bad header name '${name}', allowed characters are A-Z, a-z, 0-9, '_', and '-'`
}
