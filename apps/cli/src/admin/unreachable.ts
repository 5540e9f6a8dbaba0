import { Failure } from '../frame/failure.ts'

/**
 * Why there is no answer of an Admin API, and what to do.
 *
 * @param origin where it was asked
 * @param waitedMs how long in vain; undefined where the error came before
 */
export function unreachable(origin: string, error: unknown, waitedMs?: number): Failure {
  const known = waitedMs === undefined ? FAILURES.find(({ when }) => when.test(codeOf(error))) : undefined
  const reason =
    waitedMs === undefined ? (known?.reason ?? messageOf(error)) : `no answer within ${waitedMs / 1000} s`
  return new Failure(`the Admin API cannot be reached at ${origin}: ${reason}`, {
    details: known?.hint === undefined ? [] : [known.hint],
    cause: error,
  })
}

/** By the codes of Node; its own words where there is no `reason`. */
const FAILURES: readonly { readonly when: RegExp; readonly reason?: string; readonly hint?: string }[] = [
  { when: /^ECONNREFUSED$/, hint: 'is an admin-api running there? --admin URL names another' },
  {
    when: /CERT|ISSUER|SELF_SIGNED|ALTNAME|UNABLE_TO_/,
    hint: '--ca FILE names the authority of its certificate; -k trusts any',
  },
  {
    when: /^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER)$/,
    reason: 'what listens there does not speak TLS',
    hint: 'is it an address to write with http://?',
  },
  {
    when: /^HPE_/,
    reason: 'what listens there does not speak HTTP',
    hint: 'is an admin-api running there? --admin URL names another',
  },
  {
    when: /^ECONNRESET$/,
    reason: 'the connection was closed before the answer had come',
    hint: 'is it an address to write with https://, or one of something else?',
  },
]

/** Node says nothing where it tried several addresses of a host. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || codeOf(error)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
