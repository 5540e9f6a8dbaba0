import { defineConfig } from 'vitest/config'

/** Journeys on real processes, one file after another: each has a cluster of its own and two cores to share. */
export default defineConfig({
  test: {
    include: ['tests/**/*.e2e.ts'],
    fileParallelism: false,
    // More than the conditions that tests wait for may take, so that what is missing is told.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: ['default', 'json'],
    outputFile: { json: '.results/e2e.json' },
  },
})
