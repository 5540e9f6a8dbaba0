import { describe, expect, it } from 'vitest'
import { splitHost } from './host.ts'

describe('splitHost', () => {
  it.each([
    ['', '', ':80'],
    ['localhost', 'localhost', 'localhost:80'],
    ['localhost:', 'localhost', 'localhost:80'],
    ['localhost:8000', 'localhost', 'localhost:8000'],
    ['localhost:23h', 'localhost:23h', '[localhost:23h]:80'],
    ['localhost/24', 'localhost/24', 'localhost/24:80'],
    ['::1', '::1', '[::1]:80'],
    ['[::1]', '::1', '[::1]:80'],
    ['[::1]:', '::1', '[::1]:80'],
    ['[::1]:8000', '::1', '[::1]:8000'],
    ['[::1]:80b', '[::1]:80b', '[::1]:80b:80'],
    ['[::1]/96', '[::1]/96', '[::1]/96:80'],
  ])('%s is the name %s, with port %s', (raw, name, withPort) => {
    expect(splitHost(raw, 'http')).toEqual({ raw, name, withPort })
  })

  it('takes the port of the scheme where none is sent', () => {
    expect(splitHost('a.test', 'https').withPort).toBe('a.test:443')
  })
})
