import { describe, expect, it } from 'vitest'
import { aHello } from './fixtures.ts'
import { Sessions } from './sessions.ts'

describe('sessions', () => {
  it.each([
    ['a newer session of the same process', { instance: 'a', session: 2 }, true],
    ['an older session of the same process, overtaken on its way', { instance: 'a', session: 0 }, false],
    ['another process, whatever its clock says', { instance: 'b', session: 0 }, true],
  ])('%s replaces the one before: %j %s', async (_, hello, replaces) => {
    const sessions = new Sessions()
    const before = sessions.begin(aHello({ instance: 'a', session: 1 }))
    const after = sessions.begin(aHello(hello))
    expect(after !== null).toBe(replaces)
    expect(sessions.size).toBe(1)
    if (replaces) await expect(before?.ended).resolves.toBe('the node has connected anew')
  })

  it('keeps the newer one when the older one finishes after it', () => {
    const sessions = new Sessions()
    const [older, newer] = [sessions.begin(aHello({ session: 1 })), sessions.begin(aHello({ session: 2 }))]
    if (older === null || newer === null) throw new Error('both were to begin')
    expect(sessions.finish(older)).toBe(false)
    expect(sessions.size).toBe(1)
    expect(sessions.finish(newer)).toBe(true)
    expect(sessions.size).toBe(0)
  })
})
