/** Why a database cannot be asked, and what to do: by the code that PostgreSQL or Node gives the error. */
export function explainDatabaseError(error: unknown): { readonly message: string; readonly remedy: string } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const known = FAILURES.find(({ when }) => when.test(codeOf(cause)) || when.test(messageOf(cause)))
  return { message: messageOf(cause), remedy: known?.remedy ?? 'see the log of PostgreSQL' }
}

/** What the server forbids this user, or forbids everybody under these settings; every other refusal is a bug of ours. */
export function isForbidden(error: unknown): boolean {
  return /^(42501|42939)$/.test(codeOf(error))
}

const FAILURES: readonly { readonly when: RegExp; readonly remedy: string }[] = [
  { when: /^ECONNREFUSED$/, remedy: 'see whether PostgreSQL runs there, and check pg_host and pg_port' },
  { when: /^(ENOTFOUND|EAI_AGAIN)$/, remedy: 'check the name in pg_host, and the DNS' },
  {
    when: /^ENOENT$/,
    remedy: 'pg_host names the folder of a Unix socket: see whether PostgreSQL makes it there',
  },
  {
    when: /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$|timeout|silent for/,
    remedy:
      'check pg_host and pg_port; the machine is off, or something on the way drops what we send, such as a firewall',
  },
  { when: /^28P01$/, remedy: 'check pg_user and pg_password' },
  {
    when: /^28/,
    remedy: 'see pg_hba.conf of the server, and whether it wants TLS (pg_ssl) or another pg_user',
  },
  { when: /^3D000$/, remedy: 'make the database (createdb), or check pg_database' },
  { when: /^53300$/, remedy: 'raise max_connections of the server, or lower pg_pool_size of its clients' },
  {
    when: /^25006$/,
    remedy:
      'let pg_host name the primary server; see default_transaction_read_only of the user and the database',
  },
  { when: /^57P03$/, remedy: 'wait: the server is starting or stopping' },
  { when: /^42501$/, remedy: 'let the user own the schema and its tables, or use the user that migrated it' },
  { when: /^42939$/, remedy: 'choose another pg_schema: PostgreSQL keeps this name for itself' },
  { when: /does not support SSL/, remedy: 'set pg_ssl to off, or ssl of the server to on' },
  {
    when: /CERT|SELF_SIGNED|ISSUER|ALTNAME|UNABLE_TO_/,
    remedy:
      'the certificate of the server is not trusted: NODE_EXTRA_CA_CERTS names its authority; or set pg_ssl_verify to off',
  },
]

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** An AggregateError of Node (one attempt per address) has no message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
