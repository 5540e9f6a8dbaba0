import { defineConfig } from 'vitest/config'

/** Integration specs: real PostgreSQL, LMDB and sockets. Files run one after another, since two cores are all there is. */
export default defineConfig({
  test: {
    include: ['src/**/*.int.spec.ts'],
    passWithNoTests: true,
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', 'json'],
    outputFile: { json: '.results/int.json' },
  },
})
