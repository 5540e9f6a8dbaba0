/** The two documented lines about a node that is not sent config. Operators alert on them, so they are kept word for word. */
export interface WarnedNode {
  readonly hostname: string
  readonly ip: string
}

export function versionMismatchWarning(node: WarnedNode, cpVersion: string, dpVersion: string): string {
  return `${opening(node)} version mismatches, CP version: ${cpVersion} DP version: ${dpVersion}`
}

export function pluginMismatchWarning(node: WarnedNode): string {
  return `${opening(node)} CP and DP does not have same set of plugins installed or their versions might differ`
}

function opening({ hostname, ip }: WarnedNode): string {
  return `unable to send updated configuration to DP node with hostname: ${hostname} ip: ${ip} reason:`
}
