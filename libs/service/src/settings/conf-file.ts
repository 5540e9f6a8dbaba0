/** A line of a settings file that says nothing. */
export interface StrayLine {
  /** Counted from 1. */
  readonly line: number
}

/**
 * The settings of a file in the syntax of `kong.conf`: `name = value`, one a line; `#` at the start of a line or after
 * white space begins a comment, `\#` is the character itself; quotes around a whole value are taken off.
 * A name given twice keeps its last value.
 */
export function parseConfFile(text: string): {
  readonly values: ReadonlyMap<string, string>
  readonly stray: readonly StrayLine[]
} {
  const values = new Map<string, string>()
  const stray: StrayLine[] = []
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim()
    if (line === '') continue
    const [, name, value] = /^([a-z0-9_]+)\s*=\s*(.*)$/i.exec(line) ?? []
    if (name === undefined || value === undefined) stray.push({ line: index + 1 })
    else values.set(name.toLowerCase(), unquote(value.replaceAll('\\#', '#')))
  }
  return { values, stray }
}

function unquote(value: string): string {
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value
}
