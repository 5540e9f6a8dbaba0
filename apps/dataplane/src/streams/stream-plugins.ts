import type { StreamRecord, StreamVerdict } from '@biplane/plugins/handlers'
import type { StreamVisit } from './stream-visit.ts'

/** What plugins do for one stream. */
export interface StreamPhases {
  /** When its route is known and TLS has ended, if it ends here; before any upstream is asked. A verdict ends it. */
  preread(): StreamVerdict | undefined | Promise<StreamVerdict | undefined>
  /** When all is over. */
  log(record: StreamRecord): void
}

/** Chooses the plugins of a stream: asked once, when its route is known, or known not to be there. */
export type StreamPlugins = (visit: StreamVisit) => StreamPhases

/** Where no plugin is for streams. */
export const noStreamPlugins: StreamPlugins = () => ({ preread: () => undefined, log: () => undefined })
