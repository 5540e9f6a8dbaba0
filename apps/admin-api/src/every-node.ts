import type { NodeRegister, NodeRow } from '@biplane/database'

/** All nodes, read a page at a time: few enough rows to hold up no other request. */
export async function everyNode(nodes: Pick<NodeRegister, 'list'>): Promise<readonly NodeRow[]> {
  const all: NodeRow[] = []
  let from: { readonly offset?: string } | undefined = {}
  while (from !== undefined) {
    const { rows, offset }: Awaited<ReturnType<NodeRegister['list']>> = await nodes.list({
      size: PAGE,
      ...from,
    })
    all.push(...rows)
    from = offset === undefined ? undefined : { offset }
  }
  return all
}

const PAGE = 1000
