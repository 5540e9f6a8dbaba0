/** The other side broke the rules of the stream. The link is closed; reconnecting starts over from the position. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}
