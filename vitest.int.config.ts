import { defineConfig } from 'vitest/config'

/** Integration specs: real PostgreSQL, LMDB and sockets. Files run one after another, since two cores are all there is. */
export default defineConfig({
  test: {
    include: ['src/**/*.int.spec.ts'],
    passWithNoTests: true,
    fileParallelism: false,
    // A busy machine takes ten times as long: no test is about its own duration.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The default is a second, which a busy machine overruns.
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default', 'json'],
    outputFile: { json: '.results/int.json' },
  },
})
