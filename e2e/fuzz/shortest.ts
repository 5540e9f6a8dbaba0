/**
 * The shortest part of a sequence that still shows a fault, as far as trying in the time goes: pieces are left out, first
 * halves, then ever smaller ones.
 *
 * @param shows whether a part, in its order, shows it
 * @param more false when there is no more time
 */
export async function shortest<T>(
  sequence: readonly T[],
  shows: (part: readonly T[]) => Promise<boolean>,
  more: () => boolean,
): Promise<readonly T[]> {
  let kept = sequence
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length && more(); ) {
      const part = [...kept.slice(0, from), ...kept.slice(from + size)]
      if (part.length > 0 && (await shows(part))) kept = part
      else from += size
    }
  }
  return kept
}
