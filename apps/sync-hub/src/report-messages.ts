import type { NodeHealth, NodeReport, RosterReport } from '@biplane/protocol'

/** Well below what a source takes in one message. */
const MESSAGE_BYTES = 8 << 20

/**
 * A report cut into messages that a source accepts; nearly always one. Where a whole roster needs several, the first one
 * replaces what the source knows and the others add to it.
 */
export function inMessages(report: RosterReport, limit = MESSAGE_BYTES): RosterReport[] {
  const { complete, watermark, health = [] } = report
  const messages: Message[] = [{ complete, nodes: [], health: [] }]
  let bytes = 0
  const put = (item: NodeReport | NodeHealth, add: (message: Message) => void) => {
    const size = Buffer.byteLength(JSON.stringify(item))
    if (bytes > 0 && bytes + size > limit) {
      messages.push({ complete: false, nodes: [], health: [] })
      bytes = 0
    }
    const last = messages.at(-1)
    if (last !== undefined) add(last)
    bytes += size
  }
  for (const row of report.nodes) put(row, ({ nodes }) => nodes.push(row))
  for (const told of health) put(told, (message) => message.health.push(told))
  // With the last one, so that it never tells of nodes that the source has not heard of.
  const tail = messages.length - 1
  return messages.map(({ health: told, ...each }, n) => ({
    ...each,
    ...(told.length > 0 && { health: told }),
    ...(watermark && n === tail && { watermark }),
  }))
}

interface Message {
  readonly complete: boolean
  readonly nodes: NodeReport[]
  readonly health: NodeHealth[]
}
