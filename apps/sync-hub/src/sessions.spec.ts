import { describe, expect, it } from 'vitest'
import { aHello } from './fixtures.ts'
import { Sessions } from './sessions.ts'

const never = () => 0
const begun = (sessions: Sessions, hello: Parameters<typeof aHello>[0]) => {
  const session = sessions.begin(aHello(hello), never)
  if (session === null) throw new Error('it was to begin')
  return session
}

describe('sessions', () => {
  it.each([
    ['a newer session of the same process', { session: 2 }, true],
    ['an older session of the same process, overtaken on its way', { session: 0 }, false],
  ])('%s replaces the one before: %j %s', async (_, hello, replaces) => {
    const sessions = new Sessions()
    const before = begun(sessions, { instance: 'a', session: 1 })
    const after = sessions.begin(aHello({ instance: 'a', ...hello }), never)
    expect(after !== null).toBe(replaces)
    expect(sessions.size).toBe(1)
    expect(sessions.isActive(before)).toBe(!replaces)
    if (replaces) await expect(before.ended).resolves.toBe('the node has connected anew')
  })

  it('keeps the newer one when the older one finishes after it', () => {
    const sessions = new Sessions()
    const [older, newer] = [begun(sessions, { session: 1 }), begun(sessions, { session: 2 })]
    expect(sessions.finish(older)).toBe(false)
    expect(sessions.size).toBe(1)
    expect(sessions.finish(newer)).toBe(true)
    expect(sessions.size).toBe(0)
  })

  it('lets another process of the same id go on beside the one before, whatever its clock says', () => {
    const sessions = new Sessions()
    const first = begun(sessions, { instance: 'a', session: 5 })
    const second = begun(sessions, { instance: 'b', session: 1 })
    expect([first.rival, second.rival]).toEqual([null, first])
    expect([sessions.isActive(first), sessions.isActive(second), sessions.size]).toEqual([true, true, 2])
  })

  it('gives the id to the one that came later once the first is known to be gone', async () => {
    const sessions = new Sessions()
    const first = begun(sessions, { instance: 'a' })
    const second = begun(sessions, { instance: 'b' })
    expect(sessions.inherit(second)).toBe(true)
    await expect(first.ended).resolves.toBe('the node has connected anew')
    expect([sessions.finish(first), sessions.isActive(second), sessions.size]).toEqual([false, true, 1])
    expect(begun(sessions, { instance: 'c' }).rival).toBe(second)
  })

  it('does not give the id away from a third that took it meanwhile', () => {
    const sessions = new Sessions()
    const first = begun(sessions, { instance: 'a' })
    const second = begun(sessions, { instance: 'b' })
    sessions.finish(first)
    const third = begun(sessions, { instance: 'c' })
    expect([third.rival, sessions.inherit(second), sessions.isActive(third)]).toEqual([null, false, true])
  })

  it.each([[true], [false]])(
    'knows a clone when it connects again, with the first there: %s',
    async (there) => {
      const sessions = new Sessions()
      const first = begun(sessions, { instance: 'a' })
      const clone = begun(sessions, { instance: 'b', session: 1 })
      if (!there) sessions.finish(first)
      const again = begun(sessions, { instance: 'b', session: 2 })
      await expect(clone.ended).resolves.toBe('the node has connected anew')
      expect(again.rival).toBe(there ? first : null)
      expect([sessions.finish(clone), sessions.isActive(again)]).toEqual([false, true])
      expect(sessions.begin(aHello({ instance: 'b', session: 1 }), never)).toBeNull()
    },
  )
})
