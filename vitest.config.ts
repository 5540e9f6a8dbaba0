import { defineConfig } from 'vitest/config'

/** Unit specs: pure, no network, milliseconds. `x.int.spec.ts` belongs to vitest.int.config.ts. */
export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts'],
    exclude: ['src/**/*.int.spec.ts'],
    passWithNoTests: true,
    reporters: ['default', 'json'],
    outputFile: { json: '.results/unit.json' },
  },
})
