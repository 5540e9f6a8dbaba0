/** The text of an expression is not one, or says what cannot be. Where, and what about it, as Kong's parser shows it. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

/** Goes through the text of an expression from left to right. White space between what it takes does not matter. */
export class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get at(): number {
    this.#skip()
    return this.#at
  }

  get isAtEnd(): boolean {
    return this.at === this.#text.length
  }

  /** @param pattern sticky */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at += found[0].length
    return found
  }

  /** @throws ExpressionError that tells where it stopped, and what could have stood there */
  expected(...what: readonly string[]): never {
    const last = what.at(-1) ?? ''
    const rest = what.slice(0, -1).join(', ')
    const list = what.length < 3 ? what.join(' or ') : `${rest}, or ${last}`
    throw new ExpressionError(this.#shown(this.at, '^---', `expected ${list}`))
  }

  /** @throws ExpressionError about what was taken since then */
  refuse(from: number, why: string): never {
    const length = Math.max(this.#at - from, 1)
    const mark = length === 1 ? '^' : `^${'-'.repeat(length - 2)}^`
    throw new ExpressionError(this.#shown(from, mark, why))
  }

  #skip(): void {
    while (' \t\r\n'.includes(this.#text.charAt(this.#at)) && this.#at < this.#text.length) this.#at += 1
  }

  #shown(at: number, mark: string, why: string): string {
    const before = this.#text.slice(0, at).split('\n')
    const column = (before.at(-1) ?? '').length
    const line = String(before.length)
    const gap = ' '.repeat(line.length)
    const shown = this.#text.split('\n')[before.length - 1] ?? ''
    return [
      `${gap}--> ${line}:${column + 1}`,
      `${gap} |`,
      `${line} | ${shown}`,
      `${gap} | ${' '.repeat(column)}${mark}`,
      `${gap} |`,
      `${gap} = ${why}`,
    ].join('\n')
  }
}
