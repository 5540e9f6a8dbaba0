import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { readApart } from './read-apart.ts'

const long = (services: number) =>
  `_format_version: "3.0"\n__proto__: x\nservices:\n${Array.from({ length: services }, (_, at) => `- name: s${at}\n  host: h.test\n`).join('')}`

describe('a long text', { timeout: 60_000 }, () => {
  it.each([1, 6000])('is read as any other, of %i services', async (services) => {
    const reading = await readApart(long(services))
    const document = 'document' in reading ? reading.document : {}
    expect(Object.keys(document)).toEqual(['_format_version', '__proto__', 'services'])
    expect(document.services).toHaveLength(services)
  })

  it('leaves the process free', async () => {
    let turns = 0
    const reading = readApart(long(6000)).finally(() => {
      turns = -1
    })
    let most = 0
    while (turns >= 0) {
      turns++
      most = Math.max(most, turns)
      await setImmediate()
    }
    await reading
    expect(most).toBeGreaterThan(20)
  })

  it('that cannot be read is told as any other', async () => {
    expect(await readApart(`${long(6000)}a: [`)).toMatchObject({
      problem: expect.stringContaining('Flow sequence'),
    })
  })
})
