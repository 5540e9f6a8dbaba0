import { describe, expect, it } from 'vitest'
import { addressProblem, normalTarget, targetProblem } from './target.ts'

describe('a target', () => {
  it.each([
    ['h.test', 'h.test:8000'],
    ['h.test:80', 'h.test:80'],
    ['H.test', 'H.test:8000'],
    ['10.0.0.1', '10.0.0.1:8000'],
    ['10.0.0.1:1', '10.0.0.1:1'],
    ['[::1]:80', '[0000:0000:0000:0000:0000:0000:0000:0001]:80'],
    ['::', '[0000:0000:0000:0000:0000:0000:0000:0000]:8000'],
    ['2001:DB8::5', '[2001:0db8:0000:0000:0000:0000:0000:0005]:8000'],
    ['1:2:3:4:5:6:7:8', '[0001:0002:0003:0004:0005:0006:0007:0008]:8000'],
    ['fe80::', '[fe80:0000:0000:0000:0000:0000:0000:0000]:8000'],
    ['010.0.0.01', '10.0.0.1:8000'],
  ])('%s is stored as %s', (target, stored) => {
    expect(targetProblem(target)).toBeUndefined()
    expect(normalTarget(target)).toBe(stored)
    expect(targetProblem(stored)).toBeUndefined()
    expect(normalTarget(stored)).toBe(stored)
  })

  it.each([
    ['a b'],
    ['h.test:'],
    ['h.test:70000'],
    ['1.2.3.400'],
    ['[::1'],
    ['fe80::1%eth0'],
    ['[::ffff:10.0.0.1]:1'],
    ['http://h.test'],
  ])('%s is none', (target) => {
    expect(targetProblem(target)).toBe(`Invalid target ('${target}'); not a valid hostname or ip address`)
  })
})

describe('an address of a target', () => {
  it.each(['10.0.0.1:80', '[::1]:80', '[0000:0000:0000:0000:0000:0000:0000:0001]:80'])(
    'may be %s',
    (text) => {
      expect(addressProblem(text)).toBeUndefined()
    },
  )

  it.each(['10.0.0.1', '::1', 'h.test:80', '10.0.0.1:70000', ''])("may not be '%s'", (text) => {
    expect(addressProblem(text)).toBe(`not an ip address with a port: ${text}`)
  })
})
