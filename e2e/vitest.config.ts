import { defineConfig } from 'vitest/config'

/** Journeys on real processes, two files at a time: each has a cluster of its own, and waits more than it works. */
export default defineConfig({
  test: {
    include: ['tests/**/*.e2e.ts'],
    maxWorkers: 2,
    // More than the conditions that tests wait for may take, so that what is missing is told.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: ['default', 'json'],
    outputFile: { json: '.results/e2e.json' },
  },
})
