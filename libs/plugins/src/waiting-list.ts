/** Texts that wait, in the order they came. Taking the first costs the same however many there are, unlike in an array. */
export class WaitingList {
  #items: string[] = []
  /** Where the first is; those before it are gone. */
  #first = 0

  get length(): number {
    return this.#items.length - this.#first
  }

  add(item: string): void {
    this.#items.push(item)
  }

  /** Takes the first so many, or as many as there are. */
  take(count: number): readonly string[] {
    const taken = this.#items.slice(this.#first, this.#first + count)
    this.#items.fill('', this.#first, this.#first + taken.length)
    this.#first += taken.length
    if (this.#first * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
    return taken
  }
}
