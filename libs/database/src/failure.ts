/** The database cannot be asked now: not reachable, refusing, shutting down, too slow, or too contended. What was being done was not done, or not confirmed. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

/** The SQLSTATE of an error that PostgreSQL or the driver reported. */
export function stateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** A lost database, or a conflict that no try has resolved, as `DatabaseUnavailable` with its cause; every other error as it is. */
export function toFailure(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable || !(error instanceof Error)) return error
  const state = stateOf(error)
  const lost =
    state === undefined
      ? LOST_MESSAGE.test(error.message)
      : LOST_STATE.test(state) || LOST_TLS.test(state) || isOfConnecting(error)
  return lost || isTransient(error)
    ? new DatabaseUnavailable(`database unavailable: ${reason(error)}`, { cause: error })
    : error
}

/** A transaction saw what another one changed before it could lock it, in a way that needs other locks: it starts anew. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken'
  override readonly message = 'other writes kept changing the same entities'
}

/** True for a conflict with another transaction that a new try resolves: overtaken, deadlock, serialization failure. */
export function isTransient(error: unknown): boolean {
  if (error instanceof Overtaken) return true
  const state = stateOf(error)
  return state === '40P01' || state === '40001'
}

/**
 * Connection errors of Node and of PostgreSQL (class 08), shutdown and start (57P…), a lack of connections, disk or memory (53…), a
 * login or database that does not exist (28…, 3D000), a standby (25006), and time-outs (55P03, 57014).
 */
const LOST_STATE =
  /^(08...|57P0.|57014|55P03|53...|28...|3D000|25006|25P03|ECONN[A-Z]+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH)$/

/** What OpenSSL and Node say of a certificate or a handshake: of one that has ended, for example. */
const LOST_TLS = /^(EPROTO|ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/

/** A Unix socket that is not there yet, or closed to this user (ENOENT, EACCES), like every other way not to connect. */
function isOfConnecting(error: Error): boolean {
  return 'syscall' in error && error.syscall === 'connect'
}

/** pg reports these without a code. */
const LOST_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|The server does not support SSL)/

/** An AggregateError of Node (one attempt per address) has no message of its own. */
function reason(error: Error): string {
  if (error instanceof AggregateError)
    return error.errors
      .map((each: unknown) => (each instanceof Error ? each.message : String(each)))
      .join('; ')
  return error.message
}
