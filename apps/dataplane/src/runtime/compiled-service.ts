import type { Service } from '@biplane/entities'

/** A service made ready for proxying. */
export interface CompiledService {
  readonly fields: Service
  readonly scheme: 'http' | 'https'
  /** '/' where the service has none. */
  readonly basePath: string
  /** Tries beyond the first. */
  readonly retries: number
  readonly timeouts: Timeouts
}

/** Milliseconds: until connected; between two writes; between two reads. */
export interface Timeouts {
  readonly connect: number
  readonly write: number
  readonly read: number
}

const DEFAULT_TIMEOUT_MS = 60_000
const DEFAULT_RETRIES = 5

export function compileService(fields: Service): CompiledService {
  const scheme = fields.protocol === 'https' ? 'https' : 'http'
  return {
    fields,
    scheme,
    basePath: fields.path ?? '/',
    retries: fields.retries ?? DEFAULT_RETRIES,
    timeouts: {
      connect: fields.connect_timeout ?? DEFAULT_TIMEOUT_MS,
      write: fields.write_timeout ?? DEFAULT_TIMEOUT_MS,
      read: fields.read_timeout ?? DEFAULT_TIMEOUT_MS,
    },
  }
}
