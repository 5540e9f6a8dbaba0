import { expect, it } from 'vitest'
import type { AttemptOutcome, UpstreamRequest } from '../engine/engine.ts'
import type { NextTry } from '../upstreams/upstreams.ts'
import { UpstreamStory } from './request-record.ts'

it('tells of each try when its target was looked for, how long that took, and what came of it', async () => {
  let now = 1000
  const outcomes: AttemptOutcome[] = [
    { kind: 'failed', reason: 'timeout', sent: false },
    { kind: 'responded', response: { status: 201, reason: '', headers: [] } },
  ]
  const request = { host: '10.0.0.1', port: 80, target: '/a?b' } as UpstreamRequest // what a story reads
  const story = new UpstreamStory()
  const { exchange, tries } = story.follow(
    {
      request: { hasBody: false },
      attempt: async () => {
        now += 50
        return outcomes.shift() ?? { kind: 'abandoned' }
      },
    },
    {
      next: async (): Promise<NextTry> => {
        now += 7
        return { kind: 'no-peer' }
      },
    },
    () => now,
  )
  for (const _ of [1, 2]) {
    await tries.next()
    await exchange.attempt(request)
  }
  expect(story.target).toBe('/a?b')
  expect(story.attempts).toEqual([
    { ip: '10.0.0.1', port: 80, startedAt: 1000, choosingMs: 7, status: 504, failed: true },
    { ip: '10.0.0.1', port: 80, startedAt: 1057, choosingMs: 7, status: 201, failed: false },
  ])
})
