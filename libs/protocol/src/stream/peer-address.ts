/** An IPv4 address mapped into IPv6 is written as IPv4. */
export function peerAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:(?=\d+\.)/, '')
}
