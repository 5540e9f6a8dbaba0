/** Of `migrations status`. 3 and 5 are those of `kong migrations list`. */
export const EXIT_CODES = {
  0: 'the schema is up to date',
  3: 'nothing was ever migrated',
  5: 'migrations of this release are pending',
  6: 'a newer release has migrated it: this one must not use it',
  7: 'it was restored in part, or another program has tables of these names there',
} as const
