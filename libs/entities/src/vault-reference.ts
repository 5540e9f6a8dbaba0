/** Whether a text stands for a secret that a vault holds: `{vault://env/my-secret}`. What it stands for is known at runtime only. */
export function isVaultReference(text: unknown): text is string {
  return typeof text === 'string' && text.startsWith('{vault://') && text.endsWith('}')
}

/** A reference taken apart, as Kong does it: `{vault://env/cert/key?prefix=SSL_#1}`. */
export interface VaultReference {
  /** The prefix of a vault, or a sort of vaults. */
  readonly vault: string
  /** What the secret is called there. */
  readonly resource: string
  /** Which member of the secret is meant, where that is a JSON object. */
  readonly key: string | null
  /** Settings of the vault that the reference overrules. */
  readonly config: Readonly<Record<string, string>>
  /** 1 is the current one, 2 the one before. */
  readonly version: number
}

/** Null for a reference that names nothing. */
export function parseVaultReference(reference: string): VaultReference | null {
  const parts = /^\{vault:\/\/([^/?#]+)\/([^?#]*)(?:\?([^#]*))?(?:#(\d+))?\}$/.exec(reference)
  if (parts === null) return null
  const [, vault = '', path = '', query = '', version = '1'] = parts
  const names = path.split('/').map(unescaped)
  const resource = names.length === 1 ? (names[0] ?? '') : names.slice(0, -1).join('/')
  if (resource === '') return null
  const key = names.length === 1 ? null : names.at(-1) || null
  const config = Object.fromEntries(new URLSearchParams(query))
  return { vault, resource, key, config, version: Number(version) }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A percent sign that escapes nothing is one.
    return text
  }
}
