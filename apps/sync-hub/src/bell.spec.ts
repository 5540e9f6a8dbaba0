import { expect, it } from 'vitest'
import { Bell } from './bell.ts'

it('a ring wakes all who wait, once', async () => {
  const bell = new Bell()
  const { signal } = new AbortController()
  const heard = [bell.heard(signal), bell.heard(signal)]
  bell.ring()
  await Promise.all(heard)
  const later = bell.heard(AbortSignal.timeout(1))
  await expect(later).rejects.toThrow()
})

it.each([true, false])('an aborted wait rejects with the reason (aborted before: %s)', async (before) => {
  const abort = new AbortController()
  if (before) abort.abort(new Error('why'))
  const heard = new Bell().heard(abort.signal)
  if (!before) abort.abort(new Error('why'))
  await expect(heard).rejects.toThrow('why')
})
