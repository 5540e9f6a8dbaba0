import { EXIT } from './exit-code.ts'

export interface FailureOptions {
  /** Shown below the message, a line each. */
  readonly details?: readonly string[]
  /** `EXIT.failed` if left out. */
  readonly exitCode?: number
  readonly cause?: unknown
}

/** Something the user has to mend. It is told without a stack; every other error counts as a bug and is told with one. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly details: readonly string[]
  readonly exitCode: number

  constructor(message: string, { details = [], exitCode = EXIT.failed, cause }: FailureOptions = {}) {
    super(message, { cause })
    this.details = details
    this.exitCode = exitCode
  }
}
