import type { NodeReport, RosterReport } from '@biplane/protocol'

/** Well below what a source takes in one message. */
const MESSAGE_BYTES = 8 << 20

/**
 * A report cut into messages that a source accepts; nearly always one. Where a whole roster needs several, the first one
 * replaces what the source knows and the others add to it.
 */
export function inMessages(report: RosterReport, limit = MESSAGE_BYTES): RosterReport[] {
  const { complete, watermark } = report
  const messages: { complete: boolean; nodes: NodeReport[] }[] = [{ complete, nodes: [] }]
  let bytes = 0
  for (const row of report.nodes) {
    const size = Buffer.byteLength(JSON.stringify(row))
    if (bytes > 0 && bytes + size > limit) {
      messages.push({ complete: false, nodes: [] })
      bytes = 0
    }
    messages.at(-1)?.nodes.push(row)
    bytes += size
  }
  // With the last one, so that it never tells of nodes that the source has not heard of.
  return messages.map((each, n) => (watermark && n === messages.length - 1 ? { ...each, watermark } : each))
}
