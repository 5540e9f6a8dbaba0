import { isIPv4, isIPv6 } from 'node:net'

export interface LocalNames {
  readonly v4: readonly string[]
  readonly v6: readonly string[]
}

/** The addresses that a file like /etc/hosts gives to names, by name in lower case. */
export function parseHosts(text: string): ReadonlyMap<string, LocalNames> {
  const names = new Map<string, { v4: string[]; v6: string[] }>()
  for (const line of text.split('\n')) {
    const [ip = '', ...given] = line.replace(/#.*/, '').trim().split(/\s+/)
    const family = isIPv4(ip) ? 'v4' : isIPv6(ip) ? 'v6' : undefined
    if (family === undefined) continue
    for (const name of given) {
      const known = names.get(name.toLowerCase()) ?? { v4: [], v6: [] }
      names.set(name.toLowerCase(), known)
      if (!known[family].includes(ip)) known[family].push(ip)
    }
  }
  return names
}
