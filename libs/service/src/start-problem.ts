/** Something an operator has to mend before the process can start. It is told in one line, without a stack. */
export class StartProblem extends Error {
  override readonly name = 'StartProblem'
}

/** What to say of an address that could not be listened on. */
const REASONS = new Map([
  ['EADDRINUSE', 'another process listens there: stop it or choose another port'],
  ['EACCES', 'this user may not listen there: choose a port above 1023'],
  ['EADDRNOTAVAIL', 'this machine has no such address: choose one of its own'],
  ['ENOTFOUND', 'the host has no address: check its name'],
])

/**
 * The outcome of starting to listen, where an error names the setting and the address to change.
 *
 * @param setting such as `proxy_listen`
 * @param address such as `0.0.0.0:8000`
 * @throws StartProblem for an address that cannot be used
 */
export async function listening<T>(setting: string, address: string, started: Promise<T>): Promise<T> {
  try {
    return await started
  } catch (cause) {
    const reason = REASONS.get(codeOf(cause))
    throw reason === undefined
      ? cause
      : new StartProblem(`${setting}: cannot listen on ${address}: ${reason}`, { cause })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
