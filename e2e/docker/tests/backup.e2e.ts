import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inSync, route, serves } from '../../cluster-view.ts'
import { startLoad } from '../../load.ts'
import { blocksMarked } from '../../pages.ts'
import { type Containers, startContainers } from '../containers.ts'
import { projectScript } from '../project.ts'

describe('a backup and its restore, as docs/operations.md tells', () => {
  const folder = mkdtempSync(join(tmpdir(), 'biplane-backup-'))
  const dump = join(folder, 'kong.dump')
  let cluster: Containers
  beforeAll(async () => {
    cluster = await startContainers()
    await inSync(cluster, 2, 60_000)
  })
  afterAll(async () => {
    await cluster?.down()
    rmSync(folder, { recursive: true })
  })

  it('bring every node back to the backup, without a failed request', async () => {
    await route(cluster, 'kept')
    for (const node of cluster.nodes) await serves(node, '/kept')
    await paste('backup')
    expect(statSync(dump).size).toBeGreaterThan(1000)
    await route(cluster, 'lost')
    for (const node of cluster.nodes) await serves(node, '/lost')
    const load = startLoad(
      cluster.nodes.map(({ proxy }) => `${proxy}/kept`),
      4,
    )
    await paste('restore')
    for (const node of cluster.nodes) await serves(node, '/lost', 404, 30_000)
    await inSync(cluster, 2, 30_000)
    await load.stop()
    expect(load.failures).toEqual([])
    await route(cluster, 'after')
    for (const node of cluster.nodes) await serves(node, '/after', 200, 30_000)
  })

  async function paste(name: string): Promise<void> {
    const blocks = blocksMarked('docs/operations.md', `docker=${name}`)
    expect(blocks).toHaveLength(1)
    for (const { text } of blocks) await projectScript(text.replaceAll('kong.dump', dump))
  }
})
