/** What a check found of one thing. Whatever is not as it should be comes with what to do about it. */
export type Finding = Fine | Fault

interface Fine {
  readonly subject: string
  readonly level: 'ok'
  readonly message: string
}

interface Fault {
  readonly subject: string
  readonly level: 'warning' | 'problem'
  readonly message: string
  readonly remedy: string
}

export function fine(subject: string, message: string): Finding {
  return { subject, level: 'ok', message }
}

/** Something that works today, and that an operator should know of. */
export function warning(subject: string, message: string, remedy: string): Finding {
  return { subject, level: 'warning', message, remedy }
}

/** Something that does not work, or will not for long. */
export function problem(subject: string, message: string, remedy: string): Finding {
  return { subject, level: 'problem', message, remedy }
}
