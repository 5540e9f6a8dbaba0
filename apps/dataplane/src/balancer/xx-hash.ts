const [PRIME_1, PRIME_2, PRIME_3, PRIME_4, PRIME_5] = [
  0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1,
] as const

/** xxHash, 32 bits, as a signed integer. @param text one character a byte */
export function xxHash32(text: string, seed = 0): number {
  const { length } = text
  let at = 0
  let hash = (seed + PRIME_5) | 0
  if (length >= 16) {
    const lanes = [seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1]
    for (; at + 16 <= length; at += 16)
      for (let lane = 0; lane < 4; lane++) {
        const mixed = ((lanes[lane] ?? 0) + Math.imul(wordAt(text, at + lane * 4), PRIME_2)) | 0
        lanes[lane] = Math.imul(rotated(mixed, 13), PRIME_1)
      }
    hash = lanes.reduce((sum, lane, i) => (sum + rotated(lane, [1, 7, 12, 18][i] ?? 0)) | 0, 0)
  }
  hash = (hash + length) | 0
  for (; at + 4 <= length; at += 4)
    hash = Math.imul(rotated((hash + Math.imul(wordAt(text, at), PRIME_3)) | 0, 17), PRIME_4)
  for (; at < length; at++)
    hash = Math.imul(rotated((hash + Math.imul(text.charCodeAt(at), PRIME_5)) | 0, 11), PRIME_1)
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2)
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3)
  return hash ^ (hash >>> 16)
}

/** Four bytes, the least significant first. */
function wordAt(text: string, at: number): number {
  return (
    text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24)
  )
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}
