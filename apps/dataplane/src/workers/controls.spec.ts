import { describe, expect, it } from 'vitest'
import { Controls } from './controls.ts'

describe('draining', () => {
  it('is seen by all who share the memory', () => {
    const controls = new Controls()
    const worker = new Controls(controls.buffer)
    expect(worker.draining).toBe(false)
    controls.drain()
    expect(worker.draining).toBe(true)
  })

  it('is taken back by whoever asked for it', () => {
    const controls = new Controls()
    expect([controls.drainOnRequest(true), controls.draining]).toEqual([true, true])
    expect([controls.drainOnRequest(false), controls.draining]).toEqual([true, false])
  })

  it.each([true, false])('is not changed by the wish %s once the node is about to stop', (wanted) => {
    const controls = new Controls()
    controls.drain()
    expect([controls.drainOnRequest(wanted), controls.draining]).toEqual([false, true])
  })
})
