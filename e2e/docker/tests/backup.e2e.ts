import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { route, serves } from '../../cluster-view.ts'
import { blocksMarked } from '../../pages.ts'
import { useContainers } from '../containers.ts'
import { projectScript } from '../project.ts'
import { startTraffic, unharmed } from '../traffic.ts'

describe('a backup and its restore, as docs/operations.md tells', () => {
  const folder = mkdtempSync(join(tmpdir(), 'biplane-backup-'))
  const dump = join(folder, 'kong.dump')
  const cluster = useContainers()
  afterAll(() => rmSync(folder, { recursive: true }))

  it('bring every node back to the backup, without a failed request', async () => {
    await route(cluster, 'kept')
    for (const node of cluster.nodes) await serves(node, '/kept')
    await paste('backup')
    expect(statSync(dump).size).toBeGreaterThan(1000)
    await route(cluster, 'lost')
    for (const node of cluster.nodes) await serves(node, '/lost')
    const load = startTraffic(cluster, '/kept')
    await paste('restore')
    for (const node of cluster.nodes) await serves(node, '/lost', 404, 30_000)
    await unharmed(cluster, load)
    await route(cluster, 'after')
    for (const node of cluster.nodes) await serves(node, '/after', 200, 30_000)
  })

  async function paste(name: string): Promise<void> {
    const blocks = blocksMarked('docs/operations.md', `docker=${name}`)
    expect(blocks).toHaveLength(1)
    for (const { text } of blocks) await projectScript(text.replaceAll('kong.dump', dump))
  }
})
