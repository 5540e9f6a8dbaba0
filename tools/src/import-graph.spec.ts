import { describe, expect, it } from 'vitest'
import { broken } from './import-graph.ts'

describe('import rules', () => {
  it.each([
    ['an app importing an app', 'apps/admin-api/src/a.ts', "import { x } from '@biplane/sync-hub'"],
    ['the data plane importing compat', 'apps/dataplane/src/a.ts', "import { x } from '@biplane/compat'"],
    [
      'the data plane importing the database',
      'apps/dataplane/src/a.ts',
      "import { x } from '@biplane/database'",
    ],
    [
      'the control plane loading handlers',
      'apps/admin-api/src/a.ts',
      "import { x } from '@biplane/plugins/handlers'",
    ],
    ['I/O in the entities', 'libs/entities/src/a.ts', "import { readFile } from 'node:fs/promises'"],
    ['sockets in the entities', 'libs/entities/src/a.ts', "import { connect, isIP } from 'node:net'"],
    ['I/O in the core of the protocol', 'libs/protocol/src/a.ts', "import grpc from '@grpc/grpc-js'"],
    ['I/O in the router', 'apps/dataplane/src/router/a.ts', "import http from 'node:http'"],
    ['a dynamic import', 'libs/compat/src/a.ts', "const x = await import('@biplane/service')"],
    [
      'a re-export over several lines',
      'libs/compat/src/a.ts',
      "export {\n  x,\n  y,\n} from '@biplane/service'",
    ],
    [
      'a relative path into another package',
      'libs/compat/src/a.ts',
      "import { x } from '../../protocol/src/change.ts'",
    ],
    ['e2e loading a library', 'e2e/tests/a.e2e.ts', "import { digest } from '@biplane/protocol'"],
    ['a folder nobody has ruled', 'libs/common/src/a.ts', ''],
  ])('refuse %s', (_, file, source) => {
    expect(broken(file, source)).toHaveLength(1)
  })

  it.each([
    ['the arrows of the design', 'libs/compat/src/a.ts', "import { x } from '@biplane/protocol'"],
    ['streams in the protocol', 'libs/protocol/src/stream/a.ts', "import grpc from '@grpc/grpc-js'"],
    [
      'a spec with a real database',
      'libs/database/src/a.int.spec.ts',
      "import { startPostgres } from '@biplane/tools/postgres'",
    ],
    ['what of node:net only computes', 'libs/entities/src/a.ts', "import { isIP } from 'node:net'"],
    ['types in e2e', 'e2e/tests/a.e2e.ts', "import type { Position } from '@biplane/protocol'"],
    ['files of the same package', 'apps/dataplane/src/router/a.ts', "import { x } from '../proxy/b.ts'"],
  ])('allow %s', (_, file, source) => {
    expect(broken(file, source)).toEqual([])
  })
})
