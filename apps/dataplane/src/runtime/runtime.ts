import type { Position } from '@biplane/protocol'
import { noParts, type Parts } from './compile.ts'
import type { StoredConfig } from './stored-config.ts'

/**
 * A config ready to serve from. Each part says which revision it is of, so that a request can tell what it really read,
 * instead of what it should have read.
 */
export interface Runtime {
  readonly position: Position
  readonly parts: { readonly [P in keyof Parts]: Stamped<Parts[P]> }
  /** Consumers and credentials, in the store at this runtime's revision; null before the first config. */
  readonly stored: StoredConfig | null
}

export interface Stamped<T> {
  readonly revision: number
  readonly value: T
}

export function runtimeOf(position: Position, parts: Parts, stored: StoredConfig | null): Runtime {
  const { revision } = position
  return {
    position,
    parts: {
      router: { revision, value: parts.router },
      streamRouter: { revision, value: parts.streamRouter },
      services: { revision, value: parts.services },
      balancers: { revision, value: parts.balancers },
      certificates: { revision, value: parts.certificates },
      plugins: { revision, value: parts.plugins },
      streamPlugins: { revision, value: parts.streamPlugins },
      vaults: { revision, value: parts.vaults },
    },
    stored,
  }
}

export function partsOf({ parts }: Runtime): Parts {
  const { router, streamRouter, services, balancers, certificates, plugins, streamPlugins, vaults } = parts
  return {
    router: router.value,
    streamRouter: streamRouter.value,
    services: services.value,
    balancers: balancers.value,
    certificates: certificates.value,
    plugins: plugins.value,
    streamPlugins: streamPlugins.value,
    vaults: vaults.value,
  }
}

/** A node without any config: no route matches. */
export function emptyRuntime(position: Position, none = noParts): Runtime {
  return runtimeOf(position, none, null)
}
