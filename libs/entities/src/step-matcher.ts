/** A character that a pattern wants next, by its code. */
export interface Step {
  readonly accepts: (code: number) => boolean
  /** Whether it may be absent. */
  readonly optional: boolean
  /** Whether it may come again. */
  readonly repeats: boolean
}

export interface Matcher {
  test(text: string): boolean
}

/**
 * Whether a text holds these steps one after the other; from its start, or to its end, if that is asked. All ways to match
 * are followed at once, so it takes time in proportion to the text, where a regular expression goes back and tries again.
 */
export function stepMatcher(
  steps: readonly Step[],
  { fromStart, toEnd }: { readonly fromStart: boolean; readonly toEnd: boolean },
): Matcher {
  const end = steps.length
  return {
    test(text) {
      // What has been matched so far may be followed by the steps that are marked in `reached`; two lists in turn, since
      // making one for each character would take most of the time.
      let reached = new Uint8Array(end + 1)
      let next = new Uint8Array(end + 1)
      reached[0] = 1
      skipOptional(steps, reached)
      for (let at = 0; at < text.length; at += 1) {
        if (!toEnd && reached[end] === 1) return true
        next.fill(0)
        if (!fromStart) next[0] = 1
        if (!advance(steps, reached, text.charCodeAt(at), next) && fromStart) return false
        skipOptional(steps, next)
        ;[reached, next] = [next, reached]
      }
      return reached[end] === 1
    },
  }
}

/** Marks the steps that may follow when each that is reached is offered a character; whether there are any. */
function advance(steps: readonly Step[], reached: Uint8Array, code: number, next: Uint8Array): boolean {
  let any = false
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index]
    if (reached[index] !== 1 || step?.accepts(code) !== true) continue
    next[step.repeats ? index : index + 1] = 1
    any = true
  }
  return any
}

/** Marks those too that are reached by leaving out optional ones. */
function skipOptional(steps: readonly Step[], reached: Uint8Array): void {
  for (let index = 0; index < steps.length; index += 1) {
    if (reached[index] === 1 && steps[index]?.optional === true) reached[index + 1] = 1
  }
}
