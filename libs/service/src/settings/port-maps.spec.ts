import { describe, expect, it } from 'vitest'
import { portMaps } from './port-maps.ts'

const parse = (text: string) =>
  portMaps.parse(text, { readFile: () => '', cores: 1, prefix: '/', given: true })

describe('port_maps', () => {
  it.each<[string, [number, number][]]>([
    ['', []],
    [
      '80:8000, 443:8443',
      [
        [8000, 80],
        [8443, 443],
      ],
    ],
  ])('reads %j', (text, ports) => {
    expect(parse(text)).toEqual({ value: new Map(ports) })
  })

  it.each(['80', '80:', ':80', '80:x', '0:80', '80:65536', '80:81:82'])('refuses %j', (text) => {
    expect(parse(text)).toEqual({ wrong: expect.stringContaining('port:port') })
  })
})
