import type { NodeRegister, NodeRow, NodesQuery } from '@biplane/database'

/**
 * All nodes, read a page at a time: few enough rows to hold up no other request.
 *
 * @param asked what their rows are to tell besides
 */
export async function everyNode(
  nodes: Pick<NodeRegister, 'list'>,
  asked: Pick<NodesQuery, 'opinionOn'> = {},
): Promise<readonly NodeRow[]> {
  const all: NodeRow[] = []
  let from: { readonly offset?: string } | undefined = {}
  while (from !== undefined) {
    const { rows, offset }: Awaited<ReturnType<NodeRegister['list']>> = await nodes.list({
      size: PAGE,
      ...asked,
      ...from,
    })
    all.push(...rows)
    from = offset === undefined ? undefined : { offset }
  }
  return all
}

const PAGE = 1000
