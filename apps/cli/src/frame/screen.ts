/** Columns that a line may take; `Infinity` where there is no terminal, or one that does not know. */
export function widthOf({ isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number {
  return isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY
}

/**
 * Draws lines over those drawn before. What has no room below is counted, since a terminal cannot go back above its top;
 * what has none beside is cut by the terminal itself, since a line that wraps would be two to go back.
 */
export function drawOver(
  stdout: Pick<NodeJS.WriteStream, 'rows' | 'write'>,
): (lines: readonly string[]) => void {
  let height = 0
  return (lines) => {
    const room = Math.max(2, stdout.rows - 1)
    const cut = [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`]
    const drawn = lines.length <= room ? lines : cut
    const back = height === 0 ? '' : `\x1b[${height}A`
    const text = drawn.map((line) => `\x1b[K${line}\n`).join('')
    stdout.write(`${WRAP_OFF}${back}${text}\x1b[J${WRAP_ON}`)
    height = drawn.length
  }
}

const WRAP_OFF = '\x1b[?7l'
const WRAP_ON = '\x1b[?7h'
