import { defineConfig } from 'vitest/config'

/** Unit specs: pure, no network, milliseconds. `x.int.spec.ts` belongs to vitest.int.config.ts. */
export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts'],
    exclude: ['src/**/*.int.spec.ts'],
    passWithNoTests: true,
    // None takes that long; a busy machine has made laws overrun the five seconds that are the default.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default', 'json'],
    outputFile: { json: '.results/unit.json' },
  },
})
