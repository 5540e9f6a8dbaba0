import { defineConfig } from 'vitest/config'

/** Journeys on real containers: `npm run e2e:docker`. One file after another, since all use one project and its ports. */
export default defineConfig({
  test: {
    include: ['tests/**/*.e2e.ts'],
    globalSetup: './setup.ts',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: ['default', 'json'],
    outputFile: { json: '.results/docker.json' },
  },
})
