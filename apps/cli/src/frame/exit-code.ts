/** What every command ends with, for scripts. A command that has more to tell documents further codes, from 3 on. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** As a shell reports what a signal ended: 128 and the number of the signal. */
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143,
} as const
