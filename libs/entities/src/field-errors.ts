/**
 * What is wrong with an entity, mirroring its shape: `fields` of Kong's error bodies. Positions of an array without a
 * fault are null; faults of the entity (or record) as a whole are a list under `@entity`.
 */
export interface FieldErrors {
  readonly [field: string]: Problem
}

/** What is wrong with one value: a sentence, or the problems of its parts. */
export type Problem = string | FieldErrors | readonly (Problem | null)[]
