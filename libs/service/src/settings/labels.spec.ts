import { describe, expect, it } from 'vitest'
import { surroundings } from '../fixtures.ts'
import { type LabelFault, labelFault, labels } from './labels.ts'

const reading = { ...surroundings(), prefix: '/', given: true }
const sixtyFour = 'v'.repeat(64)

describe('labelFault', () => {
  it.each<[string, LabelFault | null]>([
    ['label_0_name:label-1-value', null],
    ['MY-LaB3L.nam_e:my_lA831..val', null],
    ['super_kong:yey', null],
    ['Aa-._zZ_key:Aa-._zZ_val', null],
    ['a:1', null],
    ['1:a', null],
    ['a:kong', null],
    [`a:${'v'.repeat(63)}`, null],
    ['a:b:c', null],
    ['numeric:characters_', 'value_pattern'],
    ['a:-b', 'value_pattern'],
    ['invalid!@chars:fail', 'key_pattern'],
    ['w@:_a', 'key_pattern'],
    ['_a:b', 'key_pattern'],
    ['KONG:x', 'key_pattern'],
    ['Konnect:x', 'key_pattern'],
    ['kicker:x', 'key_pattern'],
    ['meshed:x', 'key_pattern'],
    ['insomniac:x', 'key_pattern'],
    ['__look_this_key_is_way_too_long_no_way_it_will_pass_validation__:value', 'key_size'],
    [':value', 'key_size'],
    ['key:__look_this_val_is_way_too_long_no_way_it_will_pass_validation__', 'value_size'],
    [`a:${sixtyFour}`, 'value_size'],
    ['a:', 'value_size'],
    ['a', 'format'],
  ])('%s → %s', (label, fault) => {
    expect(labelFault(label)).toBe(fault)
  })
})

describe('labels', () => {
  it('takes a list', () => {
    expect(labels.parse('a:1, b:2:3', reading)).toEqual({ value: { a: '1', b: '2:3' } })
  })

  it('takes none', () => {
    expect(labels.parse('', reading)).toEqual({ value: {} })
  })

  it('takes ten and refuses eleven', () => {
    const numbered = (count: number) => Array.from({ length: count }, (_, i) => `a${i}:a`).join(',')
    expect(labels.parse(numbered(10), reading)).toHaveProperty('value')
    expect(labels.parse(numbered(11), reading)).toHaveProperty('wrong')
  })

  it('says what is wrong with every label', () => {
    expect(labels.parse('kong:x,a:-', reading)).toEqual({
      wrong: expect.stringMatching(/use keys of .*; use values of/),
    })
  })
})
