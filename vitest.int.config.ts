import { defineConfig } from 'vitest/config'

/** Integration specs: real PostgreSQL, LMDB and sockets. Files run one after another, since two cores are all there is. */
export default defineConfig({
  test: {
    include: ['src/**/*.int.spec.ts'],
    passWithNoTests: true,
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The default is a second, which a busy machine overruns.
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default', 'json'],
    outputFile: { json: '.results/int.json' },
  },
})
