import type { Form } from './form.ts'

/** The name of a charset, or null for off. */
export const charset: Form<string | null> = {
  expects: 'off, or the name of a charset',
  parse(text) {
    if (text === 'off') return { value: null }
    return /^[A-Za-z0-9][A-Za-z0-9._:+-]{0,39}$/.test(text)
      ? { value: text }
      : { wrong: `use ${this.expects}` }
  },
}
