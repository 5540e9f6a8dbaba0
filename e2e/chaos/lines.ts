import { type Link, startLink } from '../link.ts'

/** The links by which one process connects to those that it may follow, in its order of preference. */
export interface Line {
  readonly from: string
  readonly to: string
  readonly link: Link
}

export interface Lines {
  readonly all: readonly Line[]
  /** Those of a process that connects. */
  of(from: string): readonly Line[]
  /** Their addresses as a setting lists them. */
  listOf(from: string): string
  /** Tells where a process listens: for everybody, or for some of those that connect to it. */
  leadTo(to: string, address: string, from?: readonly string[]): void
  close(): Promise<void>
}

/** @param wanted who connects to whom, whom it prefers first */
export async function startLines(wanted: readonly (readonly [from: string, to: string])[]): Promise<Lines> {
  const all: Line[] = []
  for (const [from, to] of wanted) all.push({ from, to, link: await startLink() })
  const of = (from: string): readonly Line[] => all.filter((line) => line.from === from)
  return {
    all,
    of,
    listOf: (from) =>
      of(from)
        .map(({ link }) => link.address)
        .join(', '),
    leadTo(to, address, from) {
      for (const line of all)
        if (line.to === to && (from?.includes(line.from) ?? true)) line.link.leadTo(address)
    },
    close: async () => void (await Promise.all(all.map(({ link }) => link.close()))),
  }
}
