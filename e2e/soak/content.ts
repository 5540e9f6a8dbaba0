/** Bytes that only this request can be answered with. */
export function contentOf(id: string, bytes: number): Buffer {
  return Buffer.alloc(bytes, `${id}|`)
}
