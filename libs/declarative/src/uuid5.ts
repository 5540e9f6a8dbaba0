import { createHash } from 'node:crypto'

/** The UUID of version 5 (RFC 9562) that a name has in a namespace, which is a UUID itself. */
export function uuid5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
  const [version = 0, variant = 0] = [hash[6], hash[8]]
  hash[6] = (version & 0x0f) | 0x50
  hash[8] = (variant & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}
