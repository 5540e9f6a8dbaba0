import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type Connection, HalfOpen } from './half-open.ts'

let lastPort = 0

class Knock extends EventEmitter implements Connection {
  readonly remoteAddress: string
  readonly remotePort = ++lastPort
  isOpen = true

  constructor(address: string) {
    super()
    this.remoteAddress = address
  }

  destroy(): void {
    this.isOpen = false
    this.emit('close')
  }
}

const knocks = (address: string, count: number) => Array.from({ length: count }, () => new Knock(address))
const admitted = (door: HalfOpen, some: readonly Knock[]) => some.filter((one) => door.admit(one)).length

describe('connections of which nobody knows whose they are', () => {
  it('are so many of one address, and no more', () => {
    const door = new HalfOpen({ all: 10, ofOne: 3 })
    const [first] = knocks('a', 1)
    expect(admitted(door, [...(first ? [first] : []), ...knocks('a', 5)])).toBe(3)
    expect(admitted(door, knocks('b', 5))).toBe(3)
    first?.destroy()
    expect(admitted(door, knocks('a', 2))).toBe(1)
  })

  it('make room as soon as they are known', () => {
    const door = new HalfOpen({ all: 10, ofOne: 3 })
    const some = knocks('a', 3)
    expect(admitted(door, some)).toBe(3)
    for (const one of some) door.settle(one)
    expect(admitted(door, knocks('a', 3))).toBe(3)
    for (const one of some) one.destroy() // later, it makes no more room
    expect(admitted(door, knocks('a', 3))).toBe(0)
  })

  it('in all cost whoever has most of them the oldest, and nobody else', () => {
    const door = new HalfOpen({ all: 5, ofOne: 4 })
    const [greedy, modest] = [knocks('a', 4), knocks('b', 1)]
    expect(admitted(door, [...greedy, ...modest])).toBe(5)
    expect(admitted(door, knocks('c', 2))).toBe(2)
    expect(greedy.map(({ isOpen }) => isOpen)).toEqual([false, false, true, true])
    expect(admitted(door, knocks('a', 1))).toBe(0)
    expect(modest.every(({ isOpen }) => isOpen)).toBe(true)
  })
})
