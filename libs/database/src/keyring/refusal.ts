/** The keys that were given do not fit the database: whoever has them must not start, since it could not read what it serves. */
export class KeyringRefusal extends Error {
  override readonly name = 'KeyringRefusal'
}
