import { describe, expect, it } from 'vitest'
import { array, map, record, string } from './field.ts'
import { referenceablePaths, replaceTexts } from './referenceable.ts'

const secret = string({ referenceable: true })
const fields = {
  plain: string(),
  own: secret,
  config: record({
    inner: secret,
    list: array(secret),
    headers: map(string(), secret),
    rows: array(record({ deep: secret, other: string() })),
  }),
}
const PATHS = [
  ['own'],
  ['config', 'inner'],
  ['config', 'list', '*'],
  ['config', 'headers', '*'],
  ['config', 'rows', '*', 'deep'],
]

describe('fields that may hold references', () => {
  it('are found in records, lists and maps', () => {
    expect(referenceablePaths(fields)).toEqual(PATHS)
  })

  it('are replaced, wherever there is a text', () => {
    const entity = {
      plain: 'a',
      own: 'b',
      config: {
        inner: null,
        list: ['c', 'd'],
        headers: { x: 'e', __proto: 'f' },
        rows: [{ deep: 'g', other: 'h' }, { deep: null }],
      },
    }
    const seen: string[] = []
    const replaced = replaceTexts(entity, PATHS, (text, path) => {
      seen.push(path.join('.'))
      return text.toUpperCase()
    })
    expect(replaced).toEqual({
      plain: 'a',
      own: 'B',
      config: {
        inner: null,
        list: ['C', 'D'],
        headers: { x: 'E', __proto: 'F' },
        rows: [{ deep: 'G', other: 'h' }, { deep: null }],
      },
    })
    expect(new Set(seen)).toEqual(new Set(['own', 'config.list.*', 'config.headers.*', 'config.rows.*.deep']))
  })

  it('leave the entity itself where nothing is replaced', () => {
    const entity = { own: 'b', config: { list: ['c'], headers: [], rows: 'text' } }
    expect(replaceTexts(entity, PATHS, (text) => text)).toBe(entity)
  })
})
