import { DatabaseUnavailable } from '@biplane/database'
import { expect, it } from 'vitest'
import { patiently } from './patiently.ts'

const forEver = new AbortController().signal

it('tries again while the database is away, and tells of each failure', async () => {
  const outages: string[] = []
  let attempts = 0
  const work = async () => {
    attempts += 1
    if (attempts < 3) throw new DatabaseUnavailable(`outage ${attempts}`)
    return 'done'
  }
  expect(await patiently(forEver, work, ({ message }) => outages.push(message))).toBe('done')
  expect(outages).toEqual(['outage 1', 'outage 2'])
})

it('tries nothing again that failed otherwise', async () => {
  let attempts = 0
  const work = () => {
    attempts += 1
    return Promise.reject(new TypeError('a bug'))
  }
  await expect(patiently(forEver, work)).rejects.toThrow('a bug')
  expect(attempts).toBe(1)
})

it('gives up with the reason of the signal, also in the middle of a pause', async () => {
  const stop = new AbortController()
  const away = () => Promise.reject(new DatabaseUnavailable('away'))
  const waiting = patiently(stop.signal, away, () => queueMicrotask(() => stop.abort(new Error('stopping'))))
  await expect(waiting).rejects.toThrow('stopping')
})
