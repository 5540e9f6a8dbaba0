import { stripVTControlCharacters } from 'node:util'

/** Rows as columns of equal width, two spaces apart; the first row is the head. Colours and the like take no room. */
export function asTable(rows: readonly (readonly string[])[]): string[] {
  const widths = columnWidths(rows)
  return rows.map((row) =>
    row
      .map((cell, i) => padded(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  return Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => widthOf(row[i] ?? ''))))
}

function padded(cell: string, width: number): string {
  return `${cell}${' '.repeat(Math.max(0, width - widthOf(cell)))}`
}

export function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}
