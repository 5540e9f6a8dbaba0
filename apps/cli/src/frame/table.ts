import { stripVTControlCharacters } from 'node:util'

/** Rows as columns of equal width, two spaces apart; the first row is the head. Colours take no room. */
export function asTable(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, i) => widest(rows.map((row) => row[i] ?? '')))
  return rows.map((row) =>
    row
      .map((cell, i) => padded(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

export function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(widthOf))
}

export function padded(text: string, width: number): string {
  return `${text}${' '.repeat(Math.max(0, width - widthOf(text)))}`
}

/** At most so wide; what is left out is shown by `…`. For text without colours. */
export function clipped(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}
