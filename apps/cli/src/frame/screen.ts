/** Columns that a line may take; `Infinity` where there is no terminal, or one that does not know. */
export function widthOf({ isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number {
  return isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY
}

/** Draws lines over those drawn before. What has no room is counted, since a terminal cannot go back above its top. */
export function drawOver(
  stdout: Pick<NodeJS.WriteStream, 'rows' | 'write'>,
): (lines: readonly string[]) => void {
  let height = 0
  return (lines) => {
    const room = Math.max(2, stdout.rows - 1)
    const cut = [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`]
    const drawn = lines.length <= room ? lines : cut
    const back = height === 0 ? '' : `\x1b[${height}A`
    stdout.write(`${back}${drawn.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`)
    height = drawn.length
  }
}
