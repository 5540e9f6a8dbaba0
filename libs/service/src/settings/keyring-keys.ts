import { type Form, type Parsed, splitList } from './form.ts'

/** A key that secrets in the database are sealed with. */
export interface KeyringKey {
  readonly id: string
  /** 32 bytes as 64 hex digits. */
  readonly hex: string
}

/** One key a line, or separated by commas. A line that begins with `#` is a remark, for the sake of files. */
export const keyringKeys: Form<readonly KeyringKey[]> = {
  expects: 'a list, by commas or lines, of id:key, the key 32 random bytes as 64 hex digits',
  empty: true,
  shownAs: 'list',
  parse(text) {
    const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'))
    const keys: KeyringKey[] = []
    for (const [index, word] of lines.flatMap(splitList).entries()) {
      const parsed = parseKey(word)
      if ('wrong' in parsed) return { wrong: `in item ${index + 1} of the list, ${parsed.wrong}` }
      keys.push(parsed.value)
    }
    if (text !== '' && keys.length === 0) return { wrong: 'name at least one key' }
    const different = (values: readonly string[]) => new Set(values).size === keys.length
    if (!different(keys.map(({ id }) => id))) return { wrong: 'give each key an id of its own' }
    return different(keys.map(({ hex }) => hex)) ? { value: keys } : { wrong: 'name each key once' }
  },
}

const KEY = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63}):([0-9a-fA-F]{64})$/

function parseKey(word: string): Parsed<KeyringKey> {
  const [, id, hex] = KEY.exec(word) ?? []
  return id === undefined || hex === undefined
    ? {
        wrong:
          'write id:key, the id of letters, digits and . _ -, the key 64 hex digits as openssl rand -hex 32 makes them',
      }
    : { value: { id, hex: hex.toLowerCase() } }
}
