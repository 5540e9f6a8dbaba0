import { expect } from 'vitest'
import { inSync } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { type Load, startLoad } from '../load.ts'
import { startWriters, type Writers } from '../writers.ts'
import { nothingLost } from './acknowledged.ts'
import type { Containers } from './containers.ts'

const WITHIN_MS = 60_000

/** Load on the path at every data plane. */
export function startTraffic({ nodes }: Containers, path: string): Load {
  return startLoad(
    nodes.map(({ proxy }) => `${proxy}${path}`),
    8,
  )
}

/** Waits until `count` more requests have been answered. */
export async function answered(load: Load, count: number): Promise<void> {
  const before = load.requests
  await eventually(() => expect(load.requests).toBeGreaterThan(before + count), WITHIN_MS)
}

/** Waits until all data planes are in sync again, and ends the load: none of its requests has failed. */
export async function unharmed(cluster: Containers, load: Load): Promise<void> {
  await inSync(cluster, cluster.nodes.length)
  await load.stop()
  expect(load.failures).toEqual([])
}

/** Writes before, during and after a trouble: what was acknowledged is there in the end. */
export async function writesOutlive(
  cluster: Containers,
  name: string,
  trouble: () => Promise<unknown>,
): Promise<void> {
  const writers = startWriters(cluster, 'base', 2, name)
  await acknowledged(writers, 20)
  await trouble()
  await acknowledged(writers, 20)
  await writers.stop()
  await inSync(cluster, cluster.nodes.length)
  await nothingLost(cluster, writers.acknowledged)
}

async function acknowledged(writers: Writers, count: number): Promise<void> {
  const before = writers.acknowledged.length
  await eventually(() => expect(writers.acknowledged.length).toBeGreaterThan(before + count), WITHIN_MS)
}
