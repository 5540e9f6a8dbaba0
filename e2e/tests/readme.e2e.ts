import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { npmStart } from '../npm-start.ts'
import { commandsOf, paste, shellBlocks } from '../pages.ts'

const tour = shellBlocks('README.md').filter(({ heading }) => heading.endsWith('tour'))

describe('the tour of the README, as it is written', () => {
  const cluster = npmStart(4_000)
  beforeAll(() => cluster.start())
  afterAll(() => cluster.close())

  it('has something to paste', () => {
    expect(tour.flatMap(commandsOf).length).toBeGreaterThan(10)
  })

  it.each(tour.map((block) => [block.text.split('\n')[0], block] as const))('%s …', async (_, block) => {
    const printed = await paste(block, cluster)
    if (block.text.includes('biplane nodes')) expect(printed).toMatch(/2 nodes: /)
  })
})
