/** Whether a text stands for a secret that a vault holds: `{vault://env/my-secret}`. What it stands for is known at runtime only. */
export function isVaultReference(text: unknown): text is string {
  return typeof text === 'string' && text.startsWith('{vault://') && text.endsWith('}')
}
