import { cache } from './cache.ts'
import { certificates } from './certificates.ts'
import type { Check } from './check.ts'
import { clocks } from './clocks.ts'
import { database } from './database.ts'
import { disk } from './disk.ts'
import { folders } from './folders.ts'
import { keyring } from './keyring.ts'
import { links } from './links.ts'
import { nodeVersion } from './node-version.ts'
import { nodes } from './nodes.ts'
import { openFiles } from './open-files.ts'
import { ports } from './ports.ts'
import { readiness } from './readiness.ts'
import { settings } from './settings.ts'
import { versions } from './versions.ts'

/** In the order in which they are made and told: what is nearest first. */
export const checks: readonly Check[] = [
  settings,
  nodeVersion,
  folders,
  disk,
  openFiles,
  ports,
  readiness,
  certificates,
  database,
  keyring,
  links,
  cache,
  clocks,
  versions,
  nodes,
]
