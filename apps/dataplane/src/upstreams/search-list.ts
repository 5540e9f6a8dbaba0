/** What a file like /etc/resolv.conf says of names that are not whole. */
export interface SearchList {
  readonly domains: readonly string[]
  /** With so many dots a name is first tried as it is. */
  readonly ndots: number
}

export function parseSearchList(text: string): SearchList {
  const lines = text.split('\n').map((line) =>
    line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/),
  )
  const last = lines.findLast(([word]) => word === 'search' || word === 'domain')
  const options = lines.filter(([word]) => word === 'options').flat()
  const ndots = options.map((option) => /^ndots:(\d+)$/.exec(option)?.[1]).findLast((n) => n !== undefined)
  return { domains: last?.slice(1) ?? [], ndots: Number(ndots ?? 1) }
}

/** What a name may stand for, the likeliest first. */
export function candidates(name: string, { domains, ndots }: SearchList): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const dots = name.split('.').length - 1
  const searched = domains.map((domain) => `${name}.${domain.replace(/^\.|\.$/g, '')}`)
  return dots >= ndots ? [name, ...searched] : [...searched, name]
}
