import { describe, expect, it } from 'vitest'
import { surroundings } from '../fixtures.ts'
import { byteSize, duration, mapSize, retention, workers } from './quantity.ts'

const reading = { ...surroundings({}, 3), prefix: '/', given: true }
const MiB = 1024 ** 2

describe('mapSize', () => {
  it.each([
    ['128m', 128 * MiB],
    ['2G', 2048 * MiB],
    ['1024k', MiB],
    ['5242880', 5 * MiB],
  ])('%s is %i bytes', (text, bytes) => {
    expect(mapSize.parse(text, reading)).toEqual({ value: { bytes, limit: true } })
  })

  it.each(['0', '1k', '-1m', '1.5g', '10t', 'large', '999999999999g'])('refuses %s', (text) => {
    expect(mapSize.parse(text, reading)).toHaveProperty('wrong')
  })
})

describe('byteSize', () => {
  it.each([
    ['0', 0],
    ['512', 512],
    ['8k', 8192],
    ['10M', 10 * MiB],
    ['1g', 1024 * MiB],
  ])('%s is %i bytes', (text, value) => expect(byteSize.parse(text, reading)).toEqual({ value }))

  it.each(['', '-1', '1.5m', '8kb', 'off', '999999999999g'])("refuses '%s'", (text) => {
    expect(byteSize.parse(text, reading)).toHaveProperty('wrong')
  })
})

describe('duration', () => {
  it.each([
    ['0', 0],
    ['500ms', 500],
    ['60', 60_000],
    ['75s', 75_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['24d', 24 * 86_400_000],
  ])('%s is %i ms', (text, value) => expect(duration.parse(text, reading)).toEqual({ value }))

  it.each(['', '-1', '1.5s', '1 s', 'off', '25d', '1w'])("refuses '%s'", (text) => {
    expect(duration.parse(text, reading)).toHaveProperty('wrong')
  })
})

describe('retention', () => {
  it.each<[string, number, number]>([
    ['100000, 7d', 100_000, 7 * 86_400_000],
    ['12h', Number.POSITIVE_INFINITY, 12 * 3_600_000],
    ['10', 10, Number.POSITIVE_INFINITY],
    ['30s,5', 5, 30_000],
  ])('%s', (text, revisions, ageMs) => {
    expect(retention.parse(text, reading)).toEqual({ value: { revisions, ageMs } })
  })

  it.each(['0', '7 days', 'd', ',', '1w'])('refuses %s', (text) => {
    expect(retention.parse(text, reading)).toHaveProperty('wrong')
  })
})

describe('workers', () => {
  it.each([
    ['auto', 3],
    ['1', 1],
    ['256', 256],
  ])('%s is %i', (text, value) => {
    expect(workers.parse(text, reading)).toEqual({ value })
  })

  it.each(['0', '257', 'many', '1.5'])('refuses %s', (text) => {
    expect(workers.parse(text, reading)).toHaveProperty('wrong')
  })
})
