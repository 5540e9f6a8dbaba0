import { type Form, splitList } from './form.ts'

/** The ports that clients connect to, by the ports that they arrive at, as in Kong's `port_maps`. */
export const portMaps: Form<ReadonlyMap<number, number>> = {
  expects:
    'a comma-separated list of port:port, the one that clients connect to and the one that they arrive at',
  shownAs: 'list',
  empty: true,
  parse(text) {
    const ports = new Map<number, number>()
    for (const word of splitList(text)) {
      const [, from, to] = /^(\d{1,5})\s*:\s*(\d{1,5})$/.exec(word) ?? []
      if (!isPort(from) || !isPort(to)) return { wrong: 'write each as port:port, such as 80:8000' }
      ports.set(Number(to), Number(from))
    }
    return { value: ports }
  },
}

function isPort(digits: string | undefined): boolean {
  const port = Number(digits ?? 0)
  return port >= 1 && port <= 65_535
}
